// Options of `npm run bench -- short-lived`.
import { parseArgs } from 'node:util';
import { UsageError } from '../lib/bench-command.ts';

export interface ShortLivedOptions {
  /** Small C files that are compiled. */
  files: number;
  rateHz: number;
  report: string;
  write: boolean;
}

export const HELP = `npm run bench -- short-lived [OPTIONS]: whole, named stacks of a build's processes

  --files N      small C files that are compiled, a multiple of 10 (500)
  --rate HZ      samples per second and CPU (99)
  --report FILE  where the section is written (docs/benchmarks.md)
  --write        write it although the build was small

With the defaults about 3 minutes: the same build three times. Needs root.`;

const LEAST_FILES = 500;

export function parseShortLivedOptions(args: readonly string[]): ShortLivedOptions | 'help' {
  const values = parse(args);
  if (values.help === true) return 'help';
  const files = positive('files', values.files, 500);
  if (files % 10 !== 0) throw new UsageError(`--files: ${files} is not a multiple of 10`);
  return {
    files,
    rateHz: positive('rate', values.rate, 99),
    report: values.report ?? 'docs/benchmarks.md',
    write: values.write === true || files >= LEAST_FILES,
  };
}

function parse(args: readonly string[]) {
  try {
    const text = { type: 'string' } as const;
    const flag = { type: 'boolean' } as const;
    const options = { files: text, rate: text, report: text, write: flag, help: flag };
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function positive(name: string, text: string | undefined, standard: number): number {
  if (text === undefined) return standard;
  const value = Number(text);
  if (!(Number.isInteger(value) && value > 0 && value <= 10_000)) {
    throw new UsageError(`--${name}: "${text}" is not a positive whole number`);
  }
  return value;
}
