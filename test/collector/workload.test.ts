// cgroup paths as the runtimes and systemd make them.
import { describe, expect, it } from 'vitest';
import { podNameOf, workloadOf } from '../../src/collector/workload.ts';
import { NO_WORKLOAD } from '../../src/model/process.ts';

const ID = '0123456789abcdef'.repeat(4);
const INNER = 'fedcba9876543210'.repeat(4);
const UID = '1f2e3d4c-5b6a-7988-a7b6-c5d4e3f2a1b0';
const UID_ = UID.replaceAll('-', '_');
/** A static pod's uid is a hash of its manifest. */
const STATIC_UID = '0a1b2c3d4e5f60718293a4b5c6d7e8f9';

const of = (cgroup: string): [string, string, string] => {
  const { container, podUid, unit } = workloadOf(cgroup);
  return [container, podUid, unit];
};

describe('workloadOf', () => {
  it.each([
    ['docker, cgroupfs driver', `/docker/${ID}`, ''],
    ['docker, systemd driver', `/system.slice/docker-${ID}.scope`, `docker-${ID}.scope`],
    ['podman', `/machine.slice/libpod-${ID}.scope`, `libpod-${ID}.scope`],
    ['podman below a user', `/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${ID}.scope/container`, `libpod-${ID}.scope`],
    ['containerd by itself', `/system.slice/cri-containerd-${ID}.scope`, `cri-containerd-${ID}.scope`],
    ['cri-o', `/system.slice/crio-${ID}.scope/container`, `crio-${ID}.scope`],
  ])('finds the container of %s', (_, cgroup, unit) => {
    expect(of(cgroup)).toEqual([ID, '', unit]);
  }); // prettier-ignore

  it.each([
    ['cgroupfs, burstable', `/kubepods/burstable/pod${UID}/${ID}`, UID],
    ['cgroupfs, guaranteed', `/kubepods/pod${UID}/${ID}`, UID],
    ['systemd, containerd', `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${UID_}.slice/cri-containerd-${ID}.scope`, UID],
    ['systemd, cri-o', `/kubepods.slice/kubepods-pod${UID_}.slice/crio-${ID}.scope`, UID],
    ['systemd, docker', `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${UID_}.slice/docker-${ID}.scope`, UID],
    ['kind, nested below the node’s kubelet', `/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod${UID_}.slice/cri-containerd-${ID}.scope`, UID],
    ['systemd kubelet with containerd’s cgroupfs names', `/system.slice/containerd.service/kubepods-burstable-pod${UID_}.slice:cri-containerd:${ID}`, UID],
    ['a static pod', `/kubepods/burstable/pod${STATIC_UID}/${ID}`, STATIC_UID],
    ['a static pod, systemd', `/kubepods.slice/kubepods-burstable-pod${STATIC_UID}.slice/crio-${ID}.scope`, STATIC_UID],
  ])('finds pod and container of %s', (_, cgroup, uid) => {
    expect(of(cgroup).slice(0, 2)).toEqual([ID, uid]);
  }); // prettier-ignore

  it('takes the innermost of nested containers', () => {
    expect(of(`/docker/${ID}/docker/${INNER}`)[0]).toBe(INNER);
    expect(of(`/system.slice/docker-${ID}.scope/kubepods/pod${UID}/${INNER}`).slice(0, 2)).toEqual([
      INNER,
      UID,
    ]);
  });

  it('finds the innermost systemd unit', () => {
    expect(of('/system.slice/nginx.service')).toEqual(['', '', 'nginx.service']);
    expect(of('/system.slice/system-getty.slice/getty@tty1.service')[2]).toBe('getty@tty1.service');
    expect(of('/user.slice/user-1000.slice/user@1000.service/app.slice/app-firefox.scope')[2]).toBe(
      'app-firefox.scope',
    );
    expect(of('/user.slice/user-0.slice/session-3.scope')[2]).toBe('session-3.scope');
    expect(of('/system.slice/a.service/b.service/inner')[2]).toBe('b.service');
  });

  it('takes nothing that only looks like an id', () => {
    expect(of(`/jobs/${ID}ab`)).toEqual(['', '', '']);
    expect(of(`/jobs/${ID.slice(1)}`)).toEqual(['', '', '']);
    expect(of('/podcast/pod12345678')).toEqual(['', '', '']);
    expect(of('/system.slice/services')).toEqual(['', '', '']);
  });

  it('knows that the root cgroup tells nothing', () => {
    expect([workloadOf('/'), workloadOf('')]).toEqual([NO_WORKLOAD, NO_WORKLOAD]);
  });
});

describe('podNameOf', () => {
  const directories = [`kube-system_etcd-n1_${STATIC_UID}`, `shop_cart-7d9f-x2_${UID}`];

  it('finds namespace and name by the uid', () => {
    expect(podNameOf(UID, directories)).toEqual({ namespace: 'shop', pod: 'cart-7d9f-x2' });
    expect(podNameOf(STATIC_UID, directories)).toEqual({ namespace: 'kube-system', pod: 'etcd-n1' });
  });

  it('knows no name for a pod without a directory, nor for no pod', () => {
    const nothing = { namespace: '', pod: '' };
    expect(podNameOf(UID, [])).toEqual(nothing);
    expect(podNameOf('', directories)).toEqual(nothing);
  });
});
