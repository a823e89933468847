// Capabilities: which of our processes keeps which, and which ones this process has. Bits: linux/capability.h.
import type { HostView } from './host-view.ts';
import { readProc } from './host-view.ts';

export const CAPABILITY_BITS = {
  DAC_READ_SEARCH: 2,
  KILL: 5,
  SETGID: 6,
  SETUID: 7,
  SETPCAP: 8,
  SYS_PTRACE: 19,
  SYS_ADMIN: 21,
  SYS_RESOURCE: 24,
  SYSLOG: 34,
  PERFMON: 38,
  BPF: 39,
  CHECKPOINT_RESTORE: 40,
} as const;
export type Capability = keyof typeof CAPABILITY_BITS;

/** What the sampler keeps. This is the one list: the launcher, `doctor`, SECURITY.md and the systemd unit follow it. */
export const SAMPLER_CAPABILITIES: readonly Capability[] = [
  'BPF', // makes shards of the walker's memory
  'PERFMON', // attaches CPUs that come online
  'SYS_PTRACE', // /proc/PID/maps, root and exe of other users' processes
  'DAC_READ_SEARCH', // their files; cgroups by id (open_by_handle_at)
  'CHECKPOINT_RESTORE', // /proc/PID/map_files
  'SYSLOG', // addresses in /proc/kallsyms and /proc/modules
];

/** What it has while it loads and attaches: at perf_event_paranoid 3 and 4 (Debian's, Ubuntu's) PERFMON does not do. */
export const ATTACH_CAPABILITIES: readonly Capability[] = [...SAMPLER_CAPABILITIES, 'SYS_ADMIN'];

/** What only the launcher needs: to start its children as other users, with less than it has, and to end them. */
export const LAUNCHER_ONLY: readonly Capability[] = ['SETUID', 'SETGID', 'SETPCAP', 'KILL'];

/**
 * What the launcher keeps, so that it can start either child again. SYS_ADMIN is also what tells of BPF programs by id, and
 * what shows a checkout in a closed home to the service; without it both are left out.
 */
export const LAUNCHER_CAPABILITIES: readonly Capability[] = [...ATTACH_CAPABILITIES, ...LAUNCHER_ONLY];

/** As the kernel prints a set, in /proc/PID/status. */
export function capabilityMask(capabilities: readonly Capability[]): string {
  const mask = capabilities.reduce((all, name) => all | (1n << BigInt(CAPABILITY_BITS[name])), 0n);
  return mask.toString(16).padStart(16, '0');
}

/** Those that the kernel lets SYS_ADMIN stand in for, as it did before they were split off (5.8, 5.9; SYSLOG 2.6.37). */
const SPLIT_FROM_SYS_ADMIN: readonly Capability[] = ['BPF', 'PERFMON', 'CHECKPOINT_RESTORE', 'SYSLOG'];

/** Effective capabilities; empty where /proc does not tell. */
export function effectiveCapabilities(host: HostView): ReadonlySet<Capability> {
  const hex = /^CapEff:\s*([0-9a-f]+)$/m.exec(readProc(host, 'self/status') ?? '')?.[1] ?? '0';
  const mask = BigInt(`0x${hex}`);
  const names = Object.keys(CAPABILITY_BITS) as Capability[];
  const held = (name: Capability) => ((mask >> BigInt(CAPABILITY_BITS[name])) & 1n) === 1n;
  return new Set(
    names.filter((name) => held(name) || (held('SYS_ADMIN') && SPLIT_FROM_SYS_ADMIN.includes(name))),
  );
}
