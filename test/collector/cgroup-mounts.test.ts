import { describe, expect, it } from 'vitest';
import { chooseCgroupV1, parseCgroupMounts } from '../../src/collector/cgroup-mounts.ts';

const V2 = 'cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid,nsdelegate 0 0\n';
const HYBRID = `proc /proc proc rw 0 0
cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0
cgroup /sys/fs/cgroup/systemd cgroup rw,xattr,name=systemd 0 0
cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0
cgroup /sys/fs/cgroup/pids cgroup rw,pids 0 0
`;

describe('parseCgroupMounts', () => {
  it('finds the hierarchies of both versions', () => {
    const { v2, v1 } = parseCgroupMounts(HYBRID);
    expect(v2).toBe('/sys/fs/cgroup/unified');
    expect([v1.get('cpu'), v1.get('cpuacct'), v1.get('pids'), v1.get('memory')]).toEqual([
      '/sys/fs/cgroup/cpu,cpuacct',
      '/sys/fs/cgroup/cpu,cpuacct',
      '/sys/fs/cgroup/pids',
      undefined,
    ]);
  });

  it('takes the first of several v2 mounts, and none where there is none', () => {
    expect(parseCgroupMounts(`${V2}${V2.replace('/sys/fs', '/mnt')}`).v2).toBe('/sys/fs/cgroup');
    expect(parseCgroupMounts('\nproc /proc proc rw 0 0\n')).toEqual({ v2: null, v1: new Map() });
  });
});

describe('chooseCgroupV1', () => {
  it('prefers memory, then pids, then cpu', () => {
    const memory = `${HYBRID}cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\n`;
    expect(chooseCgroupV1(parseCgroupMounts(memory))).toEqual({
      controller: 'memory',
      number: 1,
      mount: '/sys/fs/cgroup/memory',
    });
    expect(chooseCgroupV1(parseCgroupMounts(HYBRID))).toMatchObject({ controller: 'pids', number: 3 });
  });

  it('chooses none on a host with v2 only', () => {
    expect(chooseCgroupV1(parseCgroupMounts(V2))).toBeNull();
  });
});
