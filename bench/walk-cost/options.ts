// Options of `npm run bench -- walk-cost`.
import { parseArgs } from 'node:util';
import { UsageError } from '../lib/bench-command.ts';
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
  const values = parse(args);
  if (values.help === true) return 'help';
  const only = values.only?.split(',').map((word) => word.trim()) ?? [];
  const unknown = only.filter((word) => !PARTS.includes(word));
  if (unknown.length > 0) throw new UsageError(`--only: unknown: ${unknown.join(', ')}`);
  const seconds = Number(values.seconds ?? 60);
  if (!(seconds > 0 && seconds <= 10_000)) {
    throw new UsageError(`--seconds: "${values.seconds}" is not a positive number`);
  }
  return {
    seconds,
    only: only.length > 0 ? only : PARTS,
    report: values.report ?? 'docs/benchmarks.md',
    write: values.write === true || (only.length === 0 && seconds >= LEAST_SECONDS),
  };
}

function parse(args: readonly string[]) {
  try {
    const text = { type: 'string' } as const;
    const flag = { type: 'boolean' } as const;
    const options = { seconds: text, only: text, report: text, write: flag, help: flag };
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
