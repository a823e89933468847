// Laying a few ranges over many: what is not touched is copied as it is.
import { SymbolIndex } from '../symbol-index.ts';

/** Where ranges of both cover an address, it belongs to `above`; what is left of a range below keeps its name. */
export function overlaid(below: SymbolIndex, above: SymbolIndex): SymbolIndex {
  const rows = new Rows(below.length + 2 * above.length);
  const rest = new Rest(below, rows);
  for (let row = 0; row < above.length; row++) {
    const start = above.starts[row]!;
    rest.copyUntil(start);
    rows.add(start, above.sizes[row]!, above.names[row]!);
    rest.skipUntil(start + above.sizes[row]!);
  }
  rest.copyUntil(Infinity);
  return rows.finish();
}

/** What of an index has not been copied or covered yet. */
class Rest {
  private readonly index: SymbolIndex;
  private readonly rows: Rows;
  private row = 0;
  /** Where the rest of that row begins. */
  private from: number;

  constructor(index: SymbolIndex, rows: Rows) {
    this.index = index;
    this.rows = rows;
    this.from = index.starts[0] ?? Infinity;
  }

  copyUntil(address: number): void {
    const { index, rows } = this;
    if (this.from >= address) return;
    // The row it begins in may have lost its first part, and the one that holds the address its last.
    const end = this.endOf(this.row);
    rows.add(this.from, Math.min(end, address) - this.from, index.names[this.row]!);
    if (end > address) return void (this.from = address);
    const first = this.row + 1;
    const until = this.firstEndingBehind(address, first);
    rows.copy(index, first, until);
    this.goTo(until);
    if (this.from >= address) return;
    rows.add(this.from, address - this.from, index.names[until]!);
    this.from = address;
  }

  skipUntil(address: number): void {
    if (this.from >= address) return;
    this.goTo(this.firstEndingBehind(address, this.row));
    this.from = Math.max(this.from, address);
  }

  private goTo(row: number): void {
    this.row = row;
    this.from = this.index.starts[row] ?? Infinity;
  }

  private endOf(row: number): number {
    return this.index.starts[row]! + this.index.sizes[row]!;
  }

  private firstEndingBehind(address: number, from: number): number {
    let low = from;
    let high = this.index.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.endOf(middle) <= address) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

class Rows {
  private readonly starts: Float64Array;
  private readonly sizes: Uint32Array;
  private readonly names: Uint32Array;
  private length = 0;

  constructor(capacity: number) {
    this.starts = new Float64Array(capacity);
    this.sizes = new Uint32Array(capacity);
    this.names = new Uint32Array(capacity);
  }

  add(start: number, size: number, name: number): void {
    this.starts[this.length] = start;
    this.sizes[this.length] = size;
    this.names[this.length++] = name;
  }

  copy({ starts, sizes, names }: SymbolIndex, from: number, until: number): void {
    this.starts.set(starts.subarray(from, until), this.length);
    this.sizes.set(sizes.subarray(from, until), this.length);
    this.names.set(names.subarray(from, until), this.length);
    this.length += until - from;
  }

  finish(): SymbolIndex {
    const { starts, sizes, names, length } = this;
    return new SymbolIndex(starts.slice(0, length), sizes.slice(0, length), names.slice(0, length));
  }
}
