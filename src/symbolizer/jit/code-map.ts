// CodeMap: which entry of a file told last of each address. Code moves: a later entry takes the place of earlier ones.
import { ascendingOrder } from '../../binary/address-sort.ts';
import { flatten, type SymbolIndex } from '../symbol-index.ts';
import { overlaid } from './overlay.ts';

export class CodeMap {
  private index: SymbolIndex = flattened(new CodeColumns(0));
  private readonly maxRows: number;

  /** `maxRows`: where there are more ranges, those of the earliest entries give way. */
  constructor(maxRows: number) {
    this.maxRows = maxRows;
  }

  get length(): number {
    return this.index.length;
  }

  get byteLength(): number {
    return this.index.byteLength;
  }

  /** The entry's number, or -1. */
  find(address: number): number {
    return this.index.find(address);
  }

  /** Lays entries over those there are. Every number of them is higher than all that were laid before. */
  lay(newer: CodeColumns): void {
    if (newer.length === 0) return;
    this.index = overlaid(this.index, flattened(newer));
    if (this.length > this.maxRows) this.index = flattened(this.latest());
  }

  /** Gives entries other numbers, in the same order. */
  renumber(numberOf: (entry: number) => number): void {
    const { names } = this.index;
    for (let row = 0; row < names.length; row++) names[row] = numberOf(names[row]!);
  }

  /** In the order of addresses; an entry that others were laid over may have several. */
  forEachRange(visit: (start: number, end: number, entry: number) => void): void {
    const { starts, sizes, names } = this.index;
    for (let row = 0; row < starts.length; row++)
      visit(starts[row]!, starts[row]! + sizes[row]!, names[row]!);
  }

  clear(): void {
    this.index = flattened(new CodeColumns(0));
  }

  private latest(): CodeColumns {
    const least = this.index.names.slice().sort()[this.length - this.maxRows]!;
    const kept = new CodeColumns(this.maxRows);
    this.forEachRange((start, end, entry) => {
      if (entry >= least) kept.add(start, end, entry);
    });
    return kept;
  }
}

/** Ranges that may overlap, as growing columns. */
export class CodeColumns {
  length = 0;
  private start: Float64Array;
  private end: Float64Array;
  private entry: Uint32Array;

  constructor(capacity: number) {
    this.start = new Float64Array(capacity);
    this.end = new Float64Array(capacity);
    this.entry = new Uint32Array(capacity);
  }

  /** `end` is exclusive. */
  add(start: number, end: number, entry: number): void {
    if (this.length === this.start.length) this.grow();
    this.start[this.length] = start;
    this.end[this.length] = end;
    this.entry[this.length++] = entry;
  }

  /** Ascending by start; equal starts keep their order. */
  sorted(): { start: Float64Array; end: Float64Array; entry: Uint32Array } {
    const order = ascendingOrder(this.start.subarray(0, this.length));
    const start = new Float64Array(this.length);
    const end = new Float64Array(this.length);
    const entry = new Uint32Array(this.length);
    for (let i = 0; i < order.length; i++) {
      start[i] = this.start[order[i]!]!;
      end[i] = this.end[order[i]!]!;
      entry[i] = this.entry[order[i]!]!;
    }
    return { start, end, entry };
  }

  private grow(): void {
    const capacity = Math.max(256, this.length * 2);
    const { start, end, entry } = this;
    this.start = new Float64Array(capacity);
    this.end = new Float64Array(capacity);
    this.entry = new Uint32Array(capacity);
    this.start.set(start);
    this.end.set(end);
    this.entry.set(entry);
  }
}

function flattened(columns: CodeColumns): SymbolIndex {
  const { start, end, entry } = columns.sorted();
  return flatten({ start, end, priority: entry, name: entry });
}
