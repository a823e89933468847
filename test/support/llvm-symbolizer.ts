// llvm-symbolizer as the oracle of inline chains.
import { execFileSync } from 'node:child_process';
import type { SourceFrame } from '../../src/symbolizer/source-frame.ts';

interface Row {
  Address: string;
  Symbol?: { FunctionName: string; FileName: string; Line: number; Column: number }[];
}

/** Addresses per run: they are passed as arguments. */
const BATCH = 500;

/** Frames innermost first, linkage names; the outermost has the name of the symbol table where that has one. */
export function llvmFrames(
  path: string,
  addresses: readonly number[],
  args: readonly string[] = [],
): Map<number, SourceFrame[]> {
  const found = new Map<number, SourceFrame[]>();
  for (let from = 0; from < addresses.length; from += BATCH) {
    const batch = addresses.slice(from, from + BATCH).map((address) => `0x${address.toString(16)}`);
    const options = ['-e', path, '--inlines', '--no-demangle', '--output-style=JSON', ...args];
    const text = execFileSync('llvm-symbolizer-19', [...options, ...batch], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    for (const row of JSON.parse(text) as Row[])
      found.set(Number(row.Address), (row.Symbol ?? []).map(frameOf));
  }
  return found;
}

function frameOf(symbol: NonNullable<Row['Symbol']>[number]): SourceFrame {
  // Without a line, the base name is of a STT_FILE symbol.
  const file = symbol.Line === 0 && !symbol.FileName.includes('/') ? '' : symbol.FileName;
  return { name: symbol.FunctionName, file, line: symbol.Line, column: symbol.Column };
}
