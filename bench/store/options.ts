// Options of `npm run bench -- store`.
import { benchArgs, onlyWords, positiveWhole } from '../lib/bench-options.ts';

export const PARTS = ['day', 'memory', 'idle', 'months', 'peers'] as const;
export type Part = (typeof PARTS)[number];

export interface StoreBenchOptions {
  /** Samples of the day. */
  samples: number;
  /** Distinct stacks of the day. */
  stacks: number;
  /** Repetitions of each question; a fifth of them for those about a whole day. */
  repetitions: number;
  recordSeconds: number;
  /** Where the recording is kept: taken from there, or made there. Undefined: made, and deleted at the end. */
  recording: string | undefined;
  parts: readonly Part[];
  report: string;
  /** Whether the figures go into the report: asked for, or a whole run of the least size that means something. */
  write: boolean;
}

/** Of any number. */
const MOST = 1_000_000_000;

/** Two busy CPUs at 99 Hz make 17.1 million samples a day. */
const DAY_SAMPLES = 17_000_000;
const DAY_STACKS = 200_000;

export const HELP = `npm run bench -- store [OPTIONS]: what a day of samples takes on disk, and how fast it is stored and asked for

  --samples N         of the day (${DAY_SAMPLES}: two busy CPUs at 99 Hz)
  --stacks N          distinct stacks of the day (${DAY_STACKS})
  --repetitions N     of each question; a fifth for those about a whole day (25)
  --record-seconds S  length of the recording that the day is made of (240)
  --recording DIR     keep the recording there, and take it from there the next time
  --only LIST         parts: ${PARTS.join(', ')}; every part but idle and months needs the day
  --report FILE       where the section is written (docs/benchmarks.md)
  --write             write it although the run is partial or short

With the defaults about 15 minutes, of which 4 are the recording, which needs root.`;

/** Below these a run is a trial, and leaves the report alone. */
const LEAST = { samples: DAY_SAMPLES, stacks: 100_000, repetitions: 15 };

export function parseStoreOptions(args: readonly string[]): StoreBenchOptions | 'help' {
  const names = ['samples', 'stacks', 'repetitions', 'record-seconds', 'recording', 'only'] as const;
  const { help, values, report, write } = benchArgs(args, names);
  if (help) return 'help';
  const only = onlyWords(values.only, PARTS);
  const parts = PARTS.filter((part) => only.length === 0 || only.includes(part));
  const chosen = {
    samples: positiveWhole('samples', values.samples, DAY_SAMPLES, MOST),
    stacks: positiveWhole('stacks', values.stacks, DAY_STACKS, MOST),
    repetitions: positiveWhole('repetitions', values.repetitions, 25, 10_000),
  };
  const whole = parts.length === PARTS.length;
  const large = (Object.keys(LEAST) as (keyof typeof LEAST)[]).every((key) => chosen[key] >= LEAST[key]);
  return {
    ...chosen,
    recordSeconds: positiveWhole('record-seconds', values['record-seconds'], 240, 3600),
    recording: values.recording,
    parts,
    report,
    write: write || (whole && large),
  };
}
