// Options of `npm run bench -- exactness`.
import { benchArgs, onlyWords, positive } from '../lib/bench-options.ts';
import { WORKLOADS } from '../lib/workloads.ts';

export interface ExactnessOptions {
  /** How long each program runs. */
  seconds: number;
  rateHz: number;
  /** Names of workloads. */
  only: readonly string[];
  report: string;
  write: boolean;
}

export const HELP = `npm run bench -- exactness [OPTIONS]: our walks of recorded stacks, frame by frame against libdw's

  --seconds S    how long each program is recorded (4)
  --rate HZ      samples per second and CPU while recording (499)
  --only LIST    programs: ${WORKLOADS.map(({ name }) => name).join(', ')}
  --report FILE  where the section is written (docs/benchmarks.md)
  --write        write it although not all programs were recorded

With the defaults about 3 minutes. Needs root (perf), and g++, libdw-dev and libelf-dev for the reference.`;

export function parseExactnessOptions(args: readonly string[]): ExactnessOptions | 'help' {
  const { help, values, report, write } = benchArgs(args, ['seconds', 'rate', 'only']);
  if (help) return 'help';
  const names = WORKLOADS.map(({ name }) => name);
  const only = onlyWords(values.only, names);
  return {
    seconds: positive('seconds', values.seconds, 4),
    rateHz: positive('rate', values.rate, 499),
    only: only.length > 0 ? only : names,
    report,
    write: write || only.length === 0,
  };
}
