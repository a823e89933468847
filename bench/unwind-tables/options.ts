// Options of `npm run bench -- unwind-tables`.
import { UsageError } from '../lib/bench-command.ts';
import { benchArgs } from '../lib/bench-options.ts';

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
  const { help, values, positionals, report, write } = benchArgs(args, ['limit'], true);
  if (help) return 'help';
  const limit = values.limit === undefined ? Infinity : Number(values.limit);
  if (!(limit > 0)) throw new UsageError(`--limit: "${values.limit}" is not a positive number`);
  return {
    paths: positionals.length > 0 ? positionals : STANDARD_PATHS,
    limit,
    report,
    write: write || (positionals.length === 0 && limit === Infinity),
  };
}
