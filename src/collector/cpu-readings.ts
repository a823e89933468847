// Reading `struct pl_cpu`: the kernel side of the conservation account.
import type { CpuReading } from './sampler-host.ts';
import { CPU_COUNTERS, KERNEL_LOSSES } from './wire.gen.ts';

/** Counters stay below 2^53 for 2.8 million years at 99 Hz. */
function count(bytes: Buffer, offset: number): number {
  return Number(bytes.readBigUInt64LE(offset));
}

/** Ticks that the event's enabled time makes: those before the last change of the period, and those since. */
export function readExpected(bytes: Buffer, enabledNs: bigint): number {
  const base = bytes.readBigUInt64LE(CPU_COUNTERS.expected_base);
  const enabledBase = bytes.readBigUInt64LE(CPU_COUNTERS.enabled_base_ns);
  const period = bytes.readBigUInt64LE(CPU_COUNTERS.period_ns);
  if (period === 0n || enabledNs < enabledBase) return Number(base);
  return Number(base + (enabledNs - enabledBase) / period);
}

/** `enabledNs` must be read after the counters: entries then never exceed expected. */
export function cpuReading(cpu: number, bytes: Buffer, enabledNs: bigint): CpuReading {
  const losses: Record<string, number> = {};
  KERNEL_LOSSES.forEach((name, index) => {
    losses[name] = count(bytes, CPU_COUNTERS.losses + index * 8);
  });
  return {
    cpu,
    expected: readExpected(bytes, enabledNs),
    periodNs: count(bytes, CPU_COUNTERS.period_ns),
    entries: count(bytes, CPU_COUNTERS.entries),
    idle: count(bytes, CPU_COUNTERS.idle),
    recorded: count(bytes, CPU_COUNTERS.recorded),
    bpfNs: count(bytes, CPU_COUNTERS.busy_ns),
    idleNs: count(bytes, CPU_COUNTERS.idle_ns),
    losses,
  };
}
