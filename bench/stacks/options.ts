// Options of `npm run bench -- stacks`.
import { parseArgs } from 'node:util';
import { UsageError } from '../lib/bench-command.ts';
import { WORKLOADS } from '../lib/workloads.ts';

export interface StacksOptions {
  /** How long each program runs. */
  seconds: number;
  rateHz: number;
  /** Names of workloads. */
  only: readonly string[];
  report: string;
  write: boolean;
}

/** `down` of the deep recursion differs by what each tool cuts; it is in bench/exactness. */
const LIVE = WORKLOADS.filter(({ name }) => name !== 'recursion').map(({ name }) => name);

export const HELP = `npm run bench -- stacks [OPTIONS]: live stacks that reach their root, beside perf's

  --seconds S    how long each program runs (60)
  --rate HZ      samples per second and CPU, ours (99); perf's is 5 times it, so that its share of the noise is small
  --only LIST    programs: ${LIVE.join(', ')}
  --report FILE  where the section is written (docs/benchmarks.md)
  --write        write it although the run is partial or short

With the defaults about 20 minutes: each program runs once, with all three profilers beside it. Needs root, perf and
a quiet machine.`;

/** Below it the shares of functions are too uncertain to be compared. */
const LEAST_SECONDS = 40;

export function parseStacksOptions(args: readonly string[]): StacksOptions | 'help' {
  const values = parse(args);
  if (values.help === true) return 'help';
  const only = values.only?.split(',').map((word) => word.trim()) ?? [];
  const unknown = only.filter((word) => !LIVE.includes(word));
  if (unknown.length > 0) throw new UsageError(`--only: unknown: ${unknown.join(', ')}`);
  const seconds = positive('seconds', values.seconds, 60);
  return {
    seconds,
    rateHz: positive('rate', values.rate, 99),
    only: only.length > 0 ? only : LIVE,
    report: values.report ?? 'docs/benchmarks.md',
    write: values.write === true || (only.length === 0 && seconds >= LEAST_SECONDS),
  };
}

function parse(args: readonly string[]) {
  try {
    const text = { type: 'string' } as const;
    const flag = { type: 'boolean' } as const;
    const options = { seconds: text, rate: text, only: text, report: text, write: flag, help: flag };
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function positive(name: string, text: string | undefined, standard: number): number {
  if (text === undefined) return standard;
  const value = Number(text);
  if (!(value > 0 && value <= 10_000)) throw new UsageError(`--${name}: "${text}" is not a positive number`);
  return value;
}
