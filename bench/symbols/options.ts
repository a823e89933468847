// Options of `npm run bench -- symbols`.
import { benchArgs, onlyWords, positiveWhole } from '../lib/bench-options.ts';

export interface SymbolsOptions {
  /** Random addresses per file; all there are where the file has fewer. */
  addresses: number;
  seed: number;
  /** Alternating rounds of the cold starts. */
  rounds: number;
  parts: readonly Part[];
  report: string;
  /** Whether the figures go into the report: asked for, or a whole run with the standard settings. */
  write: boolean;
}

export type Part = (typeof PARTS)[number];

const PARTS = ['answers', 'cost', 'large'] as const;
const STANDARD_ADDRESSES = 10_000;
const STANDARD_SEED = 1;
const STANDARD_ROUNDS = 5;

export const HELP = `npm run bench -- symbols [OPTIONS]: does every address get its right name, how fast, in how much memory?

  --addresses N     random addresses per file (${STANDARD_ADDRESSES})
  --seed N          of their choice (${STANDARD_SEED})
  --rounds N        alternating rounds of the cold starts (${STANDARD_ROUNDS})
  --only LIST       some of ${PARTS.join(',')}
  --report FILE     where the section is written (docs/benchmarks.md)
  --write           write it although it is not a whole run

Compares with llvm-symbolizer, eu-addr2line and addr2line (apt-get install llvm-19 elfutils binutils). Debian's dwz,
libc6-dbg, clang, rustc and golang-go add files. About 10 minutes; the large file takes 2 GB in the temporary folder.`;

/** Throws a UsageError. */
export function parseSymbolsOptions(args: readonly string[]): SymbolsOptions | 'help' {
  const names = ['addresses', 'seed', 'rounds', 'only'] as const;
  const { help, values, report, write } = benchArgs(args, names);
  if (help) return 'help';
  const only = onlyWords(values.only, PARTS);
  const addresses = positiveWhole('addresses', values.addresses, STANDARD_ADDRESSES, 1_000_000);
  const rounds = positiveWhole('rounds', values.rounds, STANDARD_ROUNDS, 100);
  const whole = only.length === 0 && addresses >= STANDARD_ADDRESSES && rounds >= STANDARD_ROUNDS;
  return {
    addresses,
    seed: positiveWhole('seed', values.seed, STANDARD_SEED, 2 ** 31),
    rounds,
    parts: PARTS.filter((part) => only.length === 0 || only.includes(part)),
    report,
    write: write || whole,
  };
}
