// What a cgroup path tells of where a process runs: container, pod, systemd unit.
import type { Workload } from '../model/process.ts';
import { NO_WORKLOAD } from '../model/process.ts';

/** A runtime's monitor (`libpod-conmon-<id>`, `crio-conmon-<id>`) runs beside its container, not in it. */
const MONITOR = /conmon-[0-9a-f]{64}/;
/** 64 hex digits: docker, containerd, cri-o, podman alike; `docker-<id>.scope`, `cri-containerd-<id>.scope`, …/<id>. */
const CONTAINER_ID = /(?:^|[/:-])([0-9a-f]{64})(?:\.scope)?(?=\/|$)/g;
/** `kubepods-burstable-pod<uid>.slice` (systemd, dashes as underscores; `:` follows when containerd does not use systemd) or `/kubepods/burstable/pod<uid>/`. */
const POD_UID =
  /pod([0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12}|[0-9a-f]{32})(?:\.slice)?(?=[/:]|$)/;
const UNIT = /\/([^/]+\.(?:service|scope|socket|mount))(?=\/|$)/g;

export function workloadOf(cgroup: string): Workload {
  if (cgroup === '' || cgroup === '/') return NO_WORKLOAD;
  // Nested containers: the innermost id is the process's own.
  const container = MONITOR.test(cgroup) ? '' : ([...cgroup.matchAll(CONTAINER_ID)].at(-1)?.[1] ?? '');
  const podUid = POD_UID.exec(cgroup)?.[1]?.replaceAll('_', '-') ?? '';
  const unit = [...cgroup.matchAll(UNIT)].at(-1)?.[1] ?? '';
  return { ...NO_WORKLOAD, container, podUid, unit };
}

/** Name and namespace of a pod, from the kubelet's `namespace_pod_uid` directories. */
export function podNameOf(
  podUid: string,
  directories: readonly string[],
): { namespace: string; pod: string } {
  // Static pods have a config hash for a uid, in the cgroup and in the directory alike.
  const directory = podUid === '' ? undefined : directories.find((name) => name.endsWith(`_${podUid}`));
  const [namespace = '', pod = ''] = directory?.split('_') ?? [];
  return { namespace, pod };
}
