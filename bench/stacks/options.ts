// Options of `npm run bench -- stacks`.
import { benchArgs, onlyWords, positive } from '../lib/bench-options.ts';
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
  const { help, values, report, write } = benchArgs(args, ['seconds', 'rate', 'only']);
  if (help) return 'help';
  const only = onlyWords(values.only, LIVE);
  const seconds = positive('seconds', values.seconds, 60);
  return {
    seconds,
    rateHz: positive('rate', values.rate, 99),
    only: only.length > 0 ? only : LIVE,
    report,
    write: write || (only.length === 0 && seconds >= LEAST_SECONDS),
  };
}
