// The law of conservation: every tick of every CPU is accounted for.

/** Where a tick may end other than as a stored sample. The names are those of /api/v1/status. */
export interface CpuAccount {
  cpu: number;
  /** Enabled time of the perf event ÷ period, from its descriptor. */
  expected: number;
  /** expected − entries: timer overruns, steal, ticks the kernel skipped because BPF was busy. */
  notFired: number;
  /** Times our BPF program was entered. */
  entries: number;
  /** Ticks that found the CPU idle. */
  idle: number;
  /** Samples stored. */
  samples: number;
  /** Samples on their way: in the CPU's log, in the collector, in the store's buffer. */
  pending: number;
  losses: Record<string, number>;
}

export interface Conservation {
  /** True when every CPU's entries equal idle + samples + pending + losses. */
  closed: boolean;
  /** Sum over CPUs of |entries − idle − samples − pending − losses|. */
  unaccounted: number;
  perCpu: CpuAccount[];
}

/** entries − everything that is known of them; 0 when the account closes. */
export function residual(account: CpuAccount): number {
  const lost = Object.values(account.losses).reduce((sum, n) => sum + n, 0);
  return account.entries - account.idle - account.samples - account.pending - lost;
}

export function conservationOf(perCpu: CpuAccount[]): Conservation {
  const unaccounted = perCpu.reduce((sum, account) => sum + Math.abs(residual(account)), 0);
  return { closed: unaccounted === 0, unaccounted, perCpu };
}
