// Capabilities of this process that sampling uses. Bits: linux/capability.h.
import type { HostView } from './host-view.ts';
import { readProc } from './host-view.ts';

export const CAPABILITY_BITS = {
  DAC_READ_SEARCH: 2,
  SYS_PTRACE: 19,
  SYS_ADMIN: 21,
  SYS_RESOURCE: 24,
  SYSLOG: 34,
  PERFMON: 38,
  BPF: 39,
  CHECKPOINT_RESTORE: 40,
} as const;
export type Capability = keyof typeof CAPABILITY_BITS;

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
