// Options of `npm run bench -- unwind-tables`.
import { parseArgs } from 'node:util';
import { UsageError } from '../lib/bench-command.ts';

export interface UnwindTablesOptions {
  /** Folders that are searched, and files. */
  paths: string[];
  /** Files compared at most, the largest left out last; Infinity for all. */
  limit: number;
  report: string;
  /** Whether the figures go into the report: asked for, or a run over all files of the standard folders. */
  write: boolean;
}

const STANDARD_PATHS = ['/usr/bin', '/usr/lib'];

export const HELP = `npm run bench -- unwind-tables [OPTIONS] [PATH…]: are unwind tables right, and made fast?

  PATH              folders and files to compare (${STANDARD_PATHS.join(' ')})
  --limit N         compare only the first N files
  --report FILE     where the section is written (docs/benchmarks.md)
  --write           write it although not all files were compared

Compares every row with llvm-dwarfdump's. About 15 minutes for the standard folders.`;

export function parseUnwindTablesOptions(args: readonly string[]): UnwindTablesOptions | 'help' {
  const { values, positionals } = parse(args);
  if (values.help === true) return 'help';
  const limit = values.limit === undefined ? Infinity : Number(values.limit);
  if (!(limit > 0)) throw new UsageError(`--limit: "${values.limit}" is not a positive number`);
  return {
    paths: positionals.length > 0 ? positionals : STANDARD_PATHS,
    limit,
    report: values.report ?? 'docs/benchmarks.md',
    write: values.write === true || (positionals.length === 0 && limit === Infinity),
  };
}

function parse(args: readonly string[]) {
  try {
    const text = { type: 'string' } as const;
    const flag = { type: 'boolean' } as const;
    const options = { limit: text, report: text, write: flag, help: flag };
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
