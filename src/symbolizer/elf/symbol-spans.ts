// From the symbols of a file to spans of code: one symbol per address, and an end for those without a size.
import { ascendingOrder } from '../../binary/address-sort.ts';
import { flatten, type SymbolIndex } from '../symbol-index.ts';
import { SymbolFiles } from './symbol-files.ts';
import type { CodeSymbols } from './symbols.ts';

export interface IndexedSymbols {
  index: SymbolIndex;
  files: SymbolFiles;
}

/**
 * - At one address global and weak symbols win over local ones; among equals the larger, then the later in the table,
 *   as llvm-symbolizer picks: of glibc's aliases that is mostly the public one (`send`, not `__send`).
 * - A symbol without a size extends to the next symbol or to the end of its section, whichever comes first. Within a
 *   sized one it is a label in a function (assembly's loops and second entries), and is left out, as gdb and elfutils do.
 * - Of nested symbols the innermost wins, and the outer one continues behind it.
 */
export function indexCodeSymbols(symbols: CodeSymbols): IndexedSymbols {
  const chosen = withoutLabels(symbols, onePerAddress(symbols, ascendingOrder(symbols.address)));
  const count = chosen.length;
  const start = new Float64Array(count);
  const end = new Float64Array(count);
  const name = new Uint32Array(count);
  const priority = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const row = chosen[i]!;
    start[i] = symbols.address[row]!;
    name[i] = symbols.name[row]!;
    priority[i] = i; // the later start is the inner one
    if (symbols.size[row]! > 0) {
      end[i] = start[i]! + symbols.size[row]!;
    } else {
      const next = i + 1 < count ? symbols.address[chosen[i + 1]!]! : Infinity;
      end[i] = Math.min(next, symbols.sectionEnd[row]!);
    }
  }
  return { index: flatten({ start, end, priority, name }), files: filesOf(symbols, chosen) };
}

/** `rows` ascending by address. */
function filesOf(symbols: CodeSymbols, rows: Uint32Array): SymbolFiles {
  const told = rows.filter((row) => symbols.file[row] !== 0);
  const starts = Float64Array.from(told, (row) => symbols.address[row]!);
  const names = Uint32Array.from(told, (row) => symbols.file[row]!);
  return new SymbolFiles(starts, names);
}

/** Shortens `order` in place. */
function onePerAddress(symbols: CodeSymbols, order: Uint32Array): Uint32Array {
  let kept = 0;
  for (const row of order) {
    const last = kept > 0 ? order[kept - 1]! : -1;
    if (last >= 0 && symbols.address[last] === symbols.address[row]) {
      if (!beats(symbols, last, row)) order[kept - 1] = row;
    } else {
      order[kept++] = row;
    }
  }
  return order.subarray(0, kept);
}

/** `rows` ascending by address, each address once; shortened in place. */
function withoutLabels({ address, size }: CodeSymbols, rows: Uint32Array): Uint32Array {
  let kept = 0;
  let furthest = 0;
  for (const row of rows) {
    if (size[row] === 0 && address[row]! < furthest) continue;
    furthest = Math.max(furthest, address[row]! + size[row]!);
    rows[kept++] = row;
  }
  return rows.subarray(0, kept);
}

/** Whether the earlier row is preferred to the later one at the same address. */
function beats(symbols: CodeSymbols, earlier: number, later: number): boolean {
  const byVisibility = symbols.visible[earlier]! - symbols.visible[later]!;
  return byVisibility !== 0 ? byVisibility > 0 : symbols.size[earlier]! > symbols.size[later]!;
}
