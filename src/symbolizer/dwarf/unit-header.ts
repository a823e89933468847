// Headers of the units in .debug_info (DWARF 5, 7.5.1; before that DWARF 4, 7.5.1.1).
import { checkAddressSize, MAX_INITIAL_LENGTH_BYTES, readInitialLength, type Encoding } from './encoding.ts';
import * as DW from './constants.ts';
import type { SectionReader } from './section-reader.ts';

export interface UnitHeader extends Encoding {
  /** Where it begins in the section, and where the next one does. */
  offset: number;
  end: number;
  /** DW_UT_…; before DWARF 5 `DW_UT_compile`, whatever its root says. */
  type: number;
  /** In .debug_abbrev, or in the package's contribution. */
  abbrevOffset: number;
  /** Of a skeleton or split unit (DWARF 5); 0 where the header has none. */
  dwoId: bigint;
  /** Offset of its root entry in the section. */
  firstEntry: number;
}

/** Version, type, sizes, offset of abbreviations, signature, offset of a type. */
const MAX_HEADER_BYTES = MAX_INITIAL_LENGTH_BYTES + 2 + 2 + 8 + 8 + 8;

/** Throws `BinaryFormatError`. */
export function readUnitHeader(info: SectionReader, offset: number): UnitHeader {
  const cursor = info.at(offset, MAX_HEADER_BYTES);
  const { length, offsetSize } = readInitialLength(cursor);
  const end = cursor.offset + length;
  if (end > info.size) cursor.fail('truncated', `a unit of ${length} bytes reaches beyond the section`);
  const version = cursor.u16();
  if (version < 2 || version > 5) cursor.fail('bad-value', `unit of version ${version}`);
  const type = version === 5 ? cursor.u8() : DW.DW_UT_compile;
  let addressSize = version === 5 ? cursor.u8() : 0;
  const abbrevOffset = cursor.word(offsetSize);
  if (version < 5) addressSize = cursor.u8();
  checkAddressSize(cursor, addressSize);
  let dwoId = 0n;
  if (type === DW.DW_UT_skeleton || type === DW.DW_UT_split_compile) dwoId = readId(cursor);
  if (type === DW.DW_UT_type || type === DW.DW_UT_split_type) cursor.skip(8 + offsetSize);
  const firstEntry = cursor.offset;
  if (firstEntry > end) cursor.fail('bad-value', 'a unit shorter than its header');
  return { offset, end, version, type, addressSize, offsetSize, abbrevOffset, dwoId, firstEntry };
}

/** All 64 bits: a number would lose some. */
export function readId(cursor: { u32(): number; littleEndian: boolean }): bigint {
  const [first, second] = [BigInt(cursor.u32()), BigInt(cursor.u32())];
  return cursor.littleEndian ? (second << 32n) | first : (first << 32n) | second;
}

export function isTypeUnit({ type }: UnitHeader): boolean {
  return type === DW.DW_UT_type || type === DW.DW_UT_split_type;
}
