// Options of `npm run bench -- overhead`.
import { benchArgs, onlyWords, positive } from '../lib/bench-options.ts';
import type { ProfilerName } from '../lib/profilers.ts';
import { PROFILERS } from '../lib/profilers.ts';

export const PARTS = ['throughput', 'tools', 'steady'] as const;
export type Part = (typeof PARTS)[number];

export interface OverheadOptions {
  rateHz: number;
  /** Rounds off/on per profiler; an A B B A makes two. */
  rounds: number;
  /** Length of a window. */
  seconds: number;
  /** From the start of a profiler to its first window. */
  warmSeconds: number;
  steadyMinutes: number;
  parts: readonly Part[];
  profilers: readonly ProfilerName[];
  report: string;
  /** Whether the figures go into the report: asked for, or a whole run of the least length that means something. */
  write: boolean;
}

export const HELP = `npm run bench -- overhead [OPTIONS]: what always-on sampling costs, beside perf and bpftrace

  --rounds N          rounds off/on per profiler (20)
  --seconds S         length of a window; 8 is two flushes of the daemon (8)
  --warm S            a profiler's warm-up before its first window; the daemon names what it saw after 4 s (6)
  --steady-minutes M  how long the daemon runs for the CPU and memory figures (10)
  --only LIST         parts and profilers: throughput, tools (CPU of perf and bpftrace), steady (ours: CPU, memory,
                      idle ticks); pilotlight, perf, bpftrace
  --report FILE       where the section is written (docs/benchmarks.md)
  --write             write it although the run is partial or short

With the defaults about 30 minutes: 17 throughput, 2 tools, 11 steady. Needs root and a quiet machine.`;

/** Of any number. */
const MOST = 100_000;
/** Below these a run is a trial, and leaves the report alone. */
const LEAST = { rounds: 20, seconds: 5, warmSeconds: 5, steadyMinutes: 10 };

export function parseOverheadOptions(args: readonly string[]): OverheadOptions | 'help' {
  const { help, values, report, write } = benchArgs(args, [
    'rounds',
    'seconds',
    'warm',
    'steady-minutes',
    'only',
  ]);
  if (help) return 'help';
  const only = onlyWords(values.only, [...PARTS, ...PROFILERS]);
  const chosen = {
    rateHz: 99,
    rounds: positive('rounds', values.rounds, 20, MOST),
    seconds: positive('seconds', values.seconds, 8, MOST),
    warmSeconds: positive('warm', values.warm, 6, MOST),
    steadyMinutes: positive('steady-minutes', values['steady-minutes'], 10, MOST),
    parts: narrowed(PARTS, only),
    profilers: narrowed(PROFILERS, only),
  };
  const whole = chosen.parts.length === PARTS.length && chosen.profilers.length === PROFILERS.length;
  const long = (Object.keys(LEAST) as (keyof typeof LEAST)[]).every((key) => chosen[key] >= LEAST[key]);
  return {
    ...chosen,
    report,
    write: write || (whole && long),
  };
}

/** What was named of a list; all of it where nothing of it was named. */
function narrowed<T extends string>(list: readonly T[], only: readonly string[]): T[] {
  const named = list.filter((word) => only.includes(word));
  return named.length > 0 ? named : [...list];
}
