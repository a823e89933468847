// Options of `npm run bench -- big-host`.
import { benchArgs, positive, positiveWhole } from '../lib/bench-options.ts';

export interface BigHostBenchOptions {
  minutes: number;
  cpus: number;
  processes: number;
  report: string;
  /** Whether the figures go into the report: asked for, or a run of the least length that means something. */
  write: boolean;
}

export const HELP = `npm run bench -- big-host [OPTIONS]: what a host of many CPUs and short processes costs collector and store

  --minutes M    how long records are made, in real time (30)
  --cpus N       CPUs, all of them busy, at 99 Hz (128)
  --processes N  processes alive at a time, each for 20 s on the average (5000)
  --report FILE  where the section is written (docs/benchmarks.md)
  --write        write it although the run is short

The records are generated: neither root nor such a host is needed. Two CPUs are, one of them for making the records.`;

/** Below these a run is a trial, and leaves the report alone. */
const LEAST = { minutes: 30, cpus: 128, processes: 5000 };
const MOST = 100_000;

export function parseBigHostOptions(args: readonly string[]): BigHostBenchOptions | 'help' {
  const { help, values, report, write } = benchArgs(args, ['minutes', 'cpus', 'processes']);
  if (help) return 'help';
  const chosen = {
    minutes: positive('minutes', values.minutes, LEAST.minutes, MOST),
    cpus: positiveWhole('cpus', values.cpus, LEAST.cpus, MOST),
    processes: positiveWhole('processes', values.processes, LEAST.processes, MOST),
  };
  const large = (Object.keys(LEAST) as (keyof typeof LEAST)[]).every((key) => chosen[key] >= LEAST[key]);
  return { ...chosen, report, write: write || large };
}
