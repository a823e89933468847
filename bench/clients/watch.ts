// The daemon while it is asked: its processes' memory, looked at often enough to see peaks, and its own account.
import type { StatusBody } from '../../src/server/status.ts';
import type { Daemon } from '../lib/daemon.ts';
import { residentOf } from '../lib/process-usage.ts';

const LOOK_MS = 500;

export class MemoryWatch {
  readonly #daemon: Daemon;
  readonly #timer: NodeJS.Timeout;
  /** Of all processes at once, bytes. */
  #peakBytes = 0;

  constructor(daemon: Daemon) {
    this.#daemon = daemon;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  #look(): void {
    const bytes = this.#daemon.pids().reduce((sum, pid) => sum + residentOf(pid).rssBytes, 0);
    this.#peakBytes = Math.max(this.#peakBytes, bytes);
  }

  /** The highest that was seen. */
  stop(): number {
    clearInterval(this.#timer);
    this.#look();
    return this.#peakBytes;
  }
}

export interface Account {
  closed: boolean;
  unaccounted: number;
  samples: number;
  idle: number;
  notFired: number;
  /** By name. */
  losses: Map<string, number>;
}

export function accountOf({ conservation }: StatusBody): Account {
  if (conservation === undefined) throw new Error('the daemon does not sample');
  const { closed, unaccounted, perCpu } = conservation;
  const sum = (of: (cpu: (typeof perCpu)[number]) => number) => perCpu.reduce((all, cpu) => all + of(cpu), 0);
  const losses = new Map<string, number>();
  for (const cpu of perCpu) {
    for (const [name, count] of Object.entries(cpu.losses)) losses.set(name, (losses.get(name) ?? 0) + count);
  }
  return {
    ...{ closed, unaccounted, losses },
    ...{
      samples: sum((cpu) => cpu.samples),
      idle: sum((cpu) => cpu.idle),
      notFired: sum((cpu) => cpu.notFired),
    },
  };
}

export function accountBetween(before: Account, after: Account): Account {
  const losses = new Map([...after.losses].map(([name, n]) => [name, n - (before.losses.get(name) ?? 0)]));
  return {
    ...{ closed: after.closed, unaccounted: after.unaccounted, losses },
    samples: after.samples - before.samples,
    idle: after.idle - before.idle,
    notFired: after.notFired - before.notFired,
  };
}
