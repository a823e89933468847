// Options of `npm run bench -- short-lived`.
import { UsageError } from '../lib/bench-command.ts';
import { benchArgs, positiveWhole } from '../lib/bench-options.ts';

export interface ShortLivedOptions {
  /** Small C files that are compiled. */
  files: number;
  rateHz: number;
  report: string;
  write: boolean;
}

/** Of any number. */
const MOST = 10_000;

export const HELP = `npm run bench -- short-lived [OPTIONS]: whole, named stacks of a build's processes

  --files N      small C files that are compiled, a multiple of 10 (500)
  --rate HZ      samples per second and CPU (99)
  --report FILE  where the section is written (docs/benchmarks.md)
  --write        write it although the build was small

With the defaults about 3 minutes: the same build three times. Needs root.`;

const LEAST_FILES = 500;

export function parseShortLivedOptions(args: readonly string[]): ShortLivedOptions | 'help' {
  const { help, values, report, write } = benchArgs(args, ['files', 'rate']);
  if (help) return 'help';
  const files = positiveWhole('files', values.files, 500, MOST);
  if (files % 10 !== 0) throw new UsageError(`--files: ${files} is not a multiple of 10`);
  return {
    files,
    rateHz: positiveWhole('rate', values.rate, 99, MOST),
    report,
    write: write || files >= LEAST_FILES,
  };
}
