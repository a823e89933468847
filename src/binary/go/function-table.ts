// FunctionTable: which function an address belongs to (the functab).
import { readCursor } from '../byte-source.ts';
import type { Cursor } from '../cursor.ts';
import { hasAddresses } from './constants.ts';
import { SECTION, type GoTable } from './go-table.ts';

/** The largest programs have a few hundred thousand; 4 million take 32 MiB. */
const MAX_FUNCTIONS = 1 << 22;
/** The functab is read in pieces of so many entries, so that it is not held twice. */
const ENTRIES_PER_READ = 1 << 15;
const MAX_OFFSET = 0xffff_ffff;

export class FunctionTable {
  readonly count: number;
  /** ELF virtual address that `starts` count from. */
  readonly base: number;
  /** Ascending; one more than there are functions: where the last one ends. */
  private readonly starts: Uint32Array;
  /** Bytes from the start of the table to each function's record. */
  private readonly records: Uint32Array;

  private constructor(base: number, starts: Uint32Array, records: Uint32Array) {
    this.count = records.length;
    this.base = base;
    this.starts = starts;
    this.records = records;
  }

  /**
   * Two columns are held, 8 bytes a function. `textStart` is what function offsets count from since Go 1.18; before,
   * functions have addresses. Throws `BinaryFormatError`.
   */
  static read(table: GoTable, textStart: number): FunctionTable {
    const { version, functionCount, functions, records } = table.header;
    if (functionCount === 0 || functionCount > MAX_FUNCTIONS) {
      table.fail('limit', 8, `${functionCount} functions, from 1 to ${MAX_FUNCTIONS} are read`);
    }
    const byAddress = hasAddresses(version);
    const fieldBytes = byAddress ? table.header.pointerBytes : 4;
    table.place(functions, fieldBytes * (2 * functionCount + 1));
    const columns = new Columns(functionCount, records, byAddress ? null : textStart);
    for (let first = 0; first < functionCount; first += ENTRIES_PER_READ) {
      const count = Math.min(ENTRIES_PER_READ, functionCount - first);
      const place = table.place(functions + first * 2 * fieldBytes, 0);
      const length = fieldBytes * (2 * count + 1);
      const cursor = readCursor(table.pages.source, place, length, SECTION, table.littleEndian);
      columns.add(cursor, first, count, fieldBytes === 8);
    }
    return new FunctionTable(columns.base ?? 0, columns.starts, columns.records);
  }

  get byteLength(): number {
    return this.starts.byteLength + this.records.byteLength;
  }

  /** Number of the function that covers the address, or -1. */
  find(address: number): number {
    const offset = address - this.base;
    if (!(offset >= this.starts[0]! && offset < this.starts[this.count]!)) return -1;
    let low = 0;
    let high = this.count;
    // `starts[low] <= offset` holds from the first turn to the last, whatever the file says of their order.
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return low;
  }

  /** Address of the function's first instruction. */
  entry(number: number): number {
    return this.base + this.starts[number]!;
  }

  /** Bytes to the next function. Padding belongs to the function before it. */
  size(number: number): number {
    return Math.max(0, this.starts[number + 1]! - this.starts[number]!);
  }

  /** Bytes from the start of the table to the function's record. */
  record(number: number): number {
    return this.records[number]!;
  }
}

class Columns {
  readonly starts: Uint32Array;
  readonly records: Uint32Array;
  /** Null until the first function's address is read. */
  base: number | null;
  private readonly recordBase: number;
  private readonly byAddress: boolean;

  constructor(count: number, recordBase: number, textStart: number | null) {
    this.starts = new Uint32Array(count + 1);
    this.records = new Uint32Array(count);
    this.recordBase = recordBase;
    this.base = textStart;
    this.byAddress = textStart === null;
  }

  /** `count` entries of start and record, and the next one's start. */
  add(cursor: Cursor, first: number, count: number, wide: boolean): void {
    for (let i = first; i < first + count; i++) {
      this.starts[i] = this.start(cursor, wide);
      this.records[i] = inRange(cursor, cursor.word(wide) + this.recordBase);
    }
    this.starts[first + count] = this.start(cursor, wide);
  }

  private start(cursor: Cursor, wide: boolean): number {
    const start = cursor.word(wide);
    this.base ??= start;
    return this.byAddress ? inRange(cursor, start - this.base) : start;
  }
}

function inRange(cursor: Cursor, offset: number): number {
  if (!(offset >= 0 && offset <= MAX_OFFSET)) cursor.fail('bad-value', `an offset of ${offset}`);
  return offset;
}
