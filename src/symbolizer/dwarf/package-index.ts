// PackageIndex: where in a package (.dwp) the sections of each split unit are (DWARF 5, 7.3.5.3; before that GCC's
// DebugFissionDWP).
import { readCursor, type ByteSource } from '../../binary/byte-source.ts';
import type { Cursor } from '../../binary/cursor.ts';
import * as DW from './constants.ts';

/** What the offsets of a split unit count from. */
export interface Contribution {
  abbrev: number;
  strOffsets: number;
  rngLists: number;
}

/** Of a unit that is alone in its file. */
export const NO_CONTRIBUTION: Contribution = { abbrev: 0, strOffsets: 0, rngLists: 0 };

export interface PackagedUnit extends Contribution {
  /** Where the unit is in .debug_info.dwo. */
  info: number;
}

/** A million units take 50 MB. */
const MAX_INDEX_BYTES = 64 << 20;
/** Eight kinds of sections are defined. */
const MAX_COLUMNS = 16;
const ID_BYTES = 8;
const WORD_BYTES = 4;

/** Reads in the hash table as it is in the file: it is made for that. */
export class PackageIndex {
  private readonly cursor: Cursor;
  private readonly units: number;
  /** A power of two, more than there are units. */
  private readonly slots: number;
  /** DW_SECT_… in the order of the columns. */
  private readonly columns: number[] = [];
  /** Where the parts begin. */
  private readonly slotsAt: number;
  private readonly rowsAt: number;
  private readonly offsetsAt: number;
  private readonly hasRngLists: boolean;

  /** `source`: .debug_cu_index. Throws `BinaryFormatError`. */
  constructor(source: ByteSource, littleEndian: boolean) {
    const bytes = Math.min(source.size, MAX_INDEX_BYTES);
    this.cursor = readCursor(source, 0, bytes, '.debug_cu_index', littleEndian);
    const { cursor } = this;
    // The GNU format has a version of four bytes, DWARF 5 one of two and two of padding.
    const [first, second] = [cursor.u16(), cursor.u16()];
    const version = first === 0 ? second : first;
    if (version !== 2 && version !== 5) cursor.fail('bad-value', `index of version ${version}`);
    const columns = cursor.u32();
    if (columns > MAX_COLUMNS) cursor.fail('limit', `${columns} columns`);
    this.units = cursor.u32();
    this.slots = cursor.u32();
    if ((this.slots & (this.slots - 1)) !== 0) cursor.fail('bad-value', `${this.slots} slots`);
    this.slotsAt = cursor.offset;
    this.rowsAt = this.slotsAt + this.slots * ID_BYTES;
    cursor.seek(this.rowsAt + this.slots * WORD_BYTES);
    for (let i = 0; i < columns; i++) this.columns.push(cursor.u32());
    this.offsetsAt = cursor.offset;
    cursor.skip(this.units * columns * WORD_BYTES);
    this.hasRngLists = version === 5;
  }

  get byteLength(): number {
    return this.cursor.length;
  }

  /** The unit with this DWO id, null where the package has none. Throws `BinaryFormatError`. */
  find(id: bigint): PackagedUnit | null {
    const mask = BigInt(this.slots - 1);
    const step = Number((id >> 32n) & mask) | 1;
    let slot = Number(id & mask);
    for (let tried = 0; tried < this.slots; tried++) {
      const row = this.wordAt(this.rowsAt + slot * WORD_BYTES);
      if (row === 0) return null;
      this.cursor.seek(this.slotsAt + slot * ID_BYTES);
      if (this.cursor.u64() === id) return this.unit(row - 1);
      slot = (slot + step) & (this.slots - 1);
    }
    return null;
  }

  /** The unit that begins at an offset in .debug_info.dwo. Looks at all of them. */
  at(info: number): PackagedUnit | undefined {
    for (let row = 0; row < this.units; row++) {
      if (this.offsetOf(row, DW.DW_SECT_INFO) === info) return this.unit(row);
    }
    return undefined;
  }

  private unit(row: number): PackagedUnit {
    if (row >= this.units) this.cursor.fail('bad-value', `row ${row} of ${this.units}`);
    return {
      info: this.offsetOf(row, DW.DW_SECT_INFO),
      abbrev: this.offsetOf(row, DW.DW_SECT_ABBREV),
      strOffsets: this.offsetOf(row, DW.DW_SECT_STR_OFFSETS),
      // The GNU format has DW_SECT_MACRO under that number.
      rngLists: this.hasRngLists ? this.offsetOf(row, DW.DW_SECT_RNGLISTS) : 0,
    };
  }

  private offsetOf(row: number, kind: number): number {
    const column = this.columns.indexOf(kind);
    return column < 0 ? 0 : this.wordAt(this.offsetsAt + (row * this.columns.length + column) * WORD_BYTES);
  }

  private wordAt(offset: number): number {
    this.cursor.seek(offset);
    return this.cursor.u32();
  }
}
