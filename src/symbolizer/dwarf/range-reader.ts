// RangeReader: which addresses an entry covers (DWARF 5, 2.17; before that DWARF 4, 2.17.3).
import { addressLimit } from './encoding.ts';
import * as DW from './constants.ts';
import type { HotCursor } from './hot-cursor.ts';
import type { SectionReader } from './section-reader.ts';
import type { Unit } from './unit.ts';

/** DW_AT_low_pc, DW_AT_high_pc and DW_AT_ranges as an entry has them; a form of 0 where it has not. */
export interface RangeAttributes {
  lowForm: number;
  low: number;
  highForm: number;
  high: number;
  rangesForm: number;
  ranges: number;
}

/** Takes ranges [start, end) of code that is in the file. */
export type RangeSink = (start: number, end: number) => void;

/** A kind, and two addresses or LEB128 numbers. */
const MAX_LIST_ENTRY_BYTES = 1 + 2 * 10;

export class RangeReader {
  private readonly sink: RangeSink;
  /** Entries of lists that may still be read: many entries may refer to one long list. */
  private left: number;
  private limit = 0;

  constructor(sink: RangeSink, maxEntries: number) {
    this.sink = sink;
    this.left = maxEntries;
  }

  /** Throws `BinaryFormatError`. */
  read(unit: Unit, attributes: RangeAttributes): void {
    const { lowForm, low, highForm, high, rangesForm, ranges } = attributes;
    this.limit = addressLimit(unit.header.addressSize);
    if (lowForm !== 0 && highForm !== 0) {
      const start = unit.address(lowForm, low);
      this.add(start, isAddress(highForm) ? unit.address(highForm, high) : start + high);
    } else if (rangesForm !== 0 && unit.header.version < 5) {
      this.readRanges(unit, unit.rangesOffset(ranges));
    } else if (rangesForm !== 0) {
      this.readRangeList(unit, unit.rangeListOffset(rangesForm, ranges));
    }
  }

  /** Linkers give discarded functions the address 0, or one at the end of the address space. */
  private add(start: number, end: number): void {
    if (start > 0 && start < end && start < this.limit && end <= Number.MAX_SAFE_INTEGER)
      this.sink(start, end);
  }

  /** .debug_ranges: pairs of addresses relative to a base, up to a pair of zeros. */
  private readRanges(unit: Unit, offset: number): void {
    const { addressSize } = unit.header;
    // In the file of the addresses: a split unit has no such section.
    const section = (unit.skeleton ?? unit).file.ranges;
    let base = unit.baseAddress;
    for (let at = offset; ; at += 2 * addressSize) {
      const cursor = this.entryAt(section, at, 2 * addressSize);
      const choosesBase = allOnes(cursor, addressSize);
      const start = cursor.word(addressSize);
      const end = cursor.word(addressSize);
      if (choosesBase) base = end;
      else if (start === 0 && end === 0) return;
      else this.add(base + start, base + end);
    }
  }

  /** .debug_rnglists: entries of several kinds, up to DW_RLE_end_of_list. */
  private readRangeList(unit: Unit, offset: number): void {
    const section = unit.file.rngLists;
    let base = unit.baseAddress;
    for (let at = offset; ;) {
      const cursor = this.entryAt(section, at, MAX_LIST_ENTRY_BYTES);
      const kind = cursor.u8();
      if (kind === DW.DW_RLE_end_of_list) return;
      if (kind === DW.DW_RLE_base_addressx) base = unit.addressAt(cursor.uleb());
      else if (kind === DW.DW_RLE_base_address) base = cursor.word(unit.header.addressSize);
      else this.addEntry(cursor, kind, unit, base);
      at = cursor.offset;
    }
  }

  private addEntry(cursor: HotCursor, kind: number, unit: Unit, base: number): void {
    const { addressSize } = unit.header;
    switch (kind) {
      case DW.DW_RLE_startx_endx: {
        const start = unit.addressAt(cursor.uleb());
        return this.add(start, unit.addressAt(cursor.uleb()));
      }
      case DW.DW_RLE_startx_length: {
        const start = unit.addressAt(cursor.uleb());
        return this.add(start, start + cursor.uleb());
      }
      case DW.DW_RLE_offset_pair: {
        const start = base + cursor.uleb();
        const end = base + cursor.uleb();
        return base >= this.limit ? undefined : this.add(start, end);
      }
      case DW.DW_RLE_start_end: {
        const start = cursor.word(addressSize);
        return this.add(start, cursor.word(addressSize));
      }
      case DW.DW_RLE_start_length: {
        const start = cursor.word(addressSize);
        return this.add(start, start + cursor.uleb());
      }
      default:
        return cursor.fail('bad-value', `range list entry of kind ${kind}`);
    }
  }

  private entryAt(section: SectionReader, offset: number, bytes: number): HotCursor {
    const cursor = section.at(offset, bytes);
    if (--this.left < 0) cursor.fail('limit', 'more ranges than are read');
    return cursor;
  }
}

function isAddress(form: number): boolean {
  switch (form) {
    case DW.DW_FORM_addr:
    case DW.DW_FORM_addrx:
    case DW.DW_FORM_addrx1:
    case DW.DW_FORM_addrx2:
    case DW.DW_FORM_addrx3:
    case DW.DW_FORM_addrx4:
    case DW.DW_FORM_GNU_addr_index:
      return true;
    default:
      return false; // an offset from DW_AT_low_pc, since DWARF 4
  }
}

/** As a number, -2 (which linkers write for discarded code) would be the same as -1. */
function allOnes({ bytes, at, end }: HotCursor, size: number): boolean {
  if (end - at < size) return false;
  for (let i = at; i < at + size; i++) if (bytes[i] !== 0xff) return false;
  return true;
}
