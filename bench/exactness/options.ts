// Options of `npm run bench -- exactness`.
import { parseArgs } from 'node:util';
import { UsageError } from '../lib/bench-command.ts';
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
  const values = parse(args);
  if (values.help === true) return 'help';
  const only = values.only?.split(',').map((word) => word.trim()) ?? [];
  const unknown = only.filter((word) => !WORKLOADS.some(({ name }) => name === word));
  if (unknown.length > 0) throw new UsageError(`--only: unknown: ${unknown.join(', ')}`);
  return {
    seconds: positive('seconds', values.seconds, 4),
    rateHz: positive('rate', values.rate, 499),
    only: only.length > 0 ? only : WORKLOADS.map(({ name }) => name),
    report: values.report ?? 'docs/benchmarks.md',
    write: values.write === true || only.length === 0,
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
