// Options of `npm run bench -- page`.
import { benchArgs, positiveWhole } from '../lib/bench-options.ts';

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

/** Of any number. */
const MOST = 1_000_000;

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
  const { help, values, report, write } = benchArgs(args, ['repetitions', 'stacks', 'rate', 'data-dir']);
  if (help) return 'help';
  const repetitions = positiveWhole('repetitions', values.repetitions, 25, MOST);
  const stacks = positiveWhole('stacks', values.stacks, 20_000, MOST);
  return {
    repetitions,
    stacks,
    rateHz: positiveWhole('rate', values.rate, 499, MOST),
    dataDir: values['data-dir'],
    report,
    write: write || (repetitions >= LEAST.repetitions && stacks >= LEAST.stacks),
  };
}
