// Pc-value tables: what holds for which instructions of a function (golang.org/s/go12symtab, "Pc-value table").
import { BinaryFormatError } from '../../binary/binary-format-error.ts';
import { firstAbove } from '../../binary/bisect.ts';
import type { FilePages } from '../../binary/go/file-pages.ts';
import { SECTION } from '../../binary/go/go-table.ts';

/** A varint of 32 bits takes at most five groups of seven. */
const MAX_VARINT_BYTES = 5;
/** As the runtime has it: where no table says anything. */
export const NO_VALUE = -1;

const FIRST_CAPACITY = 32;

/** Values of one function by offset from its entry, as columns. */
export class PcValues {
  /** Ascending, exclusive: up to where the value at the same index holds. */
  private readonly ends: Uint32Array;
  private readonly values: Int32Array;

  constructor(ends: Uint32Array, values: Int32Array) {
    this.ends = ends;
    this.values = values;
  }

  get byteLength(): number {
    return this.ends.byteLength + this.values.byteLength;
  }

  /** `NO_VALUE` behind the last instruction. */
  find(offset: number): number {
    const at = firstAbove(this.ends, offset);
    return at < this.values.length ? this.values[at]! : NO_VALUE;
  }
}

export const NO_VALUES = new PcValues(new Uint32Array(0), new Int32Array(0));

/**
 * Decodes the table at a file offset. Each step is a change of the value (zigzag; zero ends the table, except in the
 * first step) and of the offset (in units of `quantum`), both as varints. `size`: bytes of the function, which the steps
 * cannot outnumber. Throws `BinaryFormatError`.
 */
export function readPcValues(pages: FilePages, place: number, size: number, quantum: number): PcValues {
  const reader = new VarintReader(pages, place);
  let ends = new Uint32Array(FIRST_CAPACITY);
  let values = new Int32Array(FIRST_CAPACITY);
  let length = 0;
  let value = NO_VALUE;
  for (let end = 0; end < size; length++) {
    const change = reader.next();
    if (change === 0 && length > 0) break;
    const advance = reader.next() * quantum;
    if (advance === 0) throw bad(reader.place, 'a step of no instruction');
    value = (value + zigzag(change)) | 0;
    end = Math.min(size, end + advance);
    if (length === ends.length) [ends, values] = [grown(ends), grown(values)];
    ends[length] = end;
    values[length] = value;
  }
  return new PcValues(ends.slice(0, length), values.slice(0, length));
}

class VarintReader {
  place: number;
  private readonly pages: FilePages;

  constructor(pages: FilePages, place: number) {
    this.pages = pages;
    this.place = place;
  }

  next(): number {
    let value = 0;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = this.pages.u8(this.place++);
      value |= (byte & 0x7f) << (7 * i);
      if (byte < 0x80) return value >>> 0;
    }
    throw bad(this.place, `a varint longer than ${MAX_VARINT_BYTES} bytes`);
  }
}

/** 0, 1, 2, 3, 4, … stand for 0, -1, 1, -2, 2, … */
function zigzag(code: number): number {
  return (code & 1) === 0 ? code >>> 1 : ~(code >>> 1);
}

function grown<T extends Uint32Array | Int32Array>(column: T): T {
  const larger = new (column.constructor as new (length: number) => T)(column.length * 2);
  larger.set(column);
  return larger;
}

function bad(place: number, detail: string): BinaryFormatError {
  return new BinaryFormatError('bad-value', SECTION, place, detail);
}
