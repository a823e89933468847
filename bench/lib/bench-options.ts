// How every benchmark reads its options. All but three of them have a value.
import { parseArgs } from 'node:util';
import { UsageError } from './bench-command.ts';

/** What a section is written into unless `--report` says otherwise. */
const STANDARD_REPORT = 'docs/benchmarks.md';

export interface BenchArgs<N extends string> {
  help: boolean;
  /** Values as they were given. */
  values: Partial<Record<N, string>>;
  positionals: string[];
  report: string;
  /** `--write`: the figures go into the report whatever the run is. */
  write: boolean;
}

/** `names`: of the options with a value, besides `--report`. Throws a UsageError. */
export function benchArgs<N extends string>(
  args: readonly string[],
  names: readonly N[],
  allowPositionals = false,
): BenchArgs<N> {
  const options = {
    ...Object.fromEntries([...names, 'report'].map((name) => [name, { type: 'string' } as const])),
    write: { type: 'boolean' },
    help: { type: 'boolean' },
  } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals });
    const { help = false, write = false, ...texts } = values;
    const given = texts as Partial<Record<N | 'report', string>>;
    return { help, values: given, positionals, report: given.report ?? STANDARD_REPORT, write };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** Throws a UsageError. `standard`: where it is not given. */
export function positive(name: string, text: string | undefined, standard: number, most = 10_000): number {
  if (text === undefined) return standard;
  const value = Number(text);
  if (!(value > 0 && value <= most)) throw new UsageError(`--${name}: "${text}" is not a positive number`);
  return value;
}

/** Throws a UsageError. `standard`: where it is not given. */
export function positiveWhole(
  name: string,
  text: string | undefined,
  standard: number,
  most: number,
): number {
  if (text === undefined) return standard;
  const value = Number(text);
  if (!(Number.isInteger(value) && value > 0 && value <= most)) {
    throw new UsageError(`--${name}: "${text}" is not a positive whole number`);
  }
  return value;
}

/** The words of `--only`, none where it is not given. Throws a UsageError where one is not among `known`. */
export function onlyWords(text: string | undefined, known: readonly string[]): string[] {
  const words = text?.split(',').map((word) => word.trim()) ?? [];
  const unknown = words.filter((word) => !known.includes(word));
  if (unknown.length > 0) throw new UsageError(`--only: unknown: ${unknown.join(', ')}`);
  return words;
}
