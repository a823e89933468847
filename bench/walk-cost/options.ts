// Options of `npm run bench -- walk-cost`.
import { benchArgs, onlyWords, positive } from '../lib/bench-options.ts';
import { LOADS } from './loads.ts';

export interface WalkCostOptions {
  /** How long each load runs. */
  seconds: number;
  /** Names of loads, and of `START`. */
  only: readonly string[];
  report: string;
  write: boolean;
}

/** The part that measures memory at a start. */
export const START = 'start';
const PARTS = [...LOADS.map(({ name }) => name), START];

export const HELP = `npm run bench -- walk-cost [OPTIONS]: what a walk costs beside the kernel's own; memory at a start

  --seconds S    how long each load runs (60)
  --only LIST    of ${PARTS.join(', ')}
  --report FILE  where the section is written (docs/benchmarks.md)
  --write        write it although the run is partial or short

With the defaults about 13 minutes. Needs root, clang and a quiet machine.`;

/** Below it, a 99th percentile is one of a few samples. */
const LEAST_SECONDS = 30;

export function parseWalkCostOptions(args: readonly string[]): WalkCostOptions | 'help' {
  const { help, values, report, write } = benchArgs(args, ['seconds', 'only']);
  if (help) return 'help';
  const only = onlyWords(values.only, PARTS);
  const seconds = positive('seconds', values.seconds, 60);
  return {
    seconds,
    only: only.length > 0 ? only : PARTS,
    report,
    write: write || (only.length === 0 && seconds >= LEAST_SECONDS),
  };
}
