// Options of `npm run bench -- page`.
import { parseArgs } from 'node:util';
import { UsageError } from '../lib/bench-command.ts';

export interface PageOptions {
  /** Repetitions of each interaction. */
  repetitions: number;
  /** Distinct stacks that the recording must have. */
  stacks: number;
  /** Samples per second and CPU while recording. */
  rateHz: number;
  /** A recording to take instead of making one; nothing is written into it. */
  dataDir: string | undefined;
  report: string;
  /** Whether the figures go into the report: asked for, or a run of the least size that means something. */
  write: boolean;
}

export const HELP = `npm run bench -- page [OPTIONS]: how fast the page answers, in headless Chromium, beside pprof's flame graph

  --repetitions N   of each interaction (25)
  --stacks N        distinct stacks that the recording must have (20000)
  --rate HZ         samples per second and CPU while recording (499)
  --data-dir DIR    take this recording instead of making one: a data directory that no daemon holds
  --report FILE     where the section is written (docs/benchmarks.md)
  --write           write it although the run is short

With the defaults about 6 minutes, of which most is the recording, which needs root.`;

/** Below these a run is a trial, and leaves the report alone. */
const LEAST = { repetitions: 20, stacks: 20_000 };

export function parsePageOptions(args: readonly string[]): PageOptions | 'help' {
  const values = parse(args);
  if (values.help === true) return 'help';
  const repetitions = positive('repetitions', values.repetitions, 25);
  const stacks = positive('stacks', values.stacks, 20_000);
  return {
    repetitions,
    stacks,
    rateHz: positive('rate', values.rate, 499),
    dataDir: values['data-dir'],
    report: values.report ?? 'docs/benchmarks.md',
    write: values.write === true || (repetitions >= LEAST.repetitions && stacks >= LEAST.stacks),
  };
}

function parse(args: readonly string[]) {
  try {
    const text = { type: 'string' } as const;
    const flag = { type: 'boolean' } as const;
    const options = { repetitions: text, stacks: text, rate: text, 'data-dir': text, report: text };
    return parseArgs({ args: [...args], options: { ...options, write: flag, help: flag } }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function positive(name: string, text: string | undefined, standard: number): number {
  if (text === undefined) return standard;
  const value = Number(text);
  if (!(Number.isInteger(value) && value > 0 && value <= 1_000_000)) {
    throw new UsageError(`--${name}: "${text}" is not a positive whole number`);
  }
  return value;
}
