// Where the cgroup hierarchies are mounted, and which v1 one tells containers apart.
import { readFileSync } from 'node:fs';
import { CGROUP_V1 } from './wire.gen.ts';

export interface CgroupMounts {
  /** Mount point of the v2 hierarchy, or null. */
  v2: string | null;
  /** Mount points of v1 hierarchies by controller. */
  v1: Map<string, string>;
}

export function parseCgroupMounts(mounts: string): CgroupMounts {
  const found: CgroupMounts = { v2: null, v1: new Map() };
  for (const line of mounts.split('\n')) {
    const [, point, type, options = ''] = line.split(' ');
    if (point === undefined) continue;
    if (type === 'cgroup2') found.v2 ??= point;
    if (type === 'cgroup') for (const option of options.split(',')) found.v1.set(option, point);
  }
  return found;
}

export function readCgroupMounts(): CgroupMounts {
  return parseCgroupMounts(readFileSync('/proc/mounts', 'utf8'));
}

// Container runtimes use the same path in every hierarchy; the first of these that is mounted serves.
const V1_CONTROLLERS = ['memory', 'pids', 'cpu'] as const;

/** The v1 controller whose cgroup id the BPF program reads, or null on a host with v2 only. */
export function chooseCgroupV1(
  mounts: CgroupMounts = readCgroupMounts(),
): { controller: string; number: number; mount: string } | null {
  for (const controller of V1_CONTROLLERS) {
    const mount = mounts.v1.get(controller);
    if (mount !== undefined) return { controller, number: CGROUP_V1[controller], mount };
  }
  return null;
}
