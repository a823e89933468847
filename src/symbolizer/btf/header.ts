// The header of BTF, and where its sections lie.
import { readCursor, type ByteSource } from '../../binary/byte-source.ts';
import type { Cursor } from '../../binary/cursor.ts';
import { BTF_HEADER_BYTES, BTF_HEADER_WITH_LAYOUT_BYTES, BTF_MAGIC, BTF_VERSION } from './constants.ts';

/** A piece of the source, bytes. */
export interface BtfSection {
  offset: number;
  size: number;
}

export interface BtfHeader {
  littleEndian: boolean;
  types: BtfSection;
  strings: BtfSection;
  /** How long records of each kind are, as the writer knew them; of size 0 where it did not say. */
  layout: BtfSection;
}

const SECTION = 'BTF header';
/** Of any section. The kernel itself takes 16 MB in all (BTF_MAX_SIZE). */
const MAX_SECTION_BYTES = 64 << 20;

/** Throws `BinaryFormatError`. Fields behind those that are known are passed over, as `hdr_len` says. */
export function readBtfHeader(source: ByteSource): BtfHeader {
  const littleEndian = readByteOrder(source);
  const cursor = readCursor(source, 0, BTF_HEADER_BYTES, SECTION, littleEndian);
  cursor.skip(2);
  const version = cursor.u8();
  if (version !== BTF_VERSION) cursor.fail('bad-value', `version ${version}`);
  cursor.skip(1); // flags
  const headerBytes = cursor.u32();
  if (headerBytes < BTF_HEADER_BYTES) cursor.fail('bad-value', `a header of ${headerBytes} bytes`);
  const types = readSection(cursor, headerBytes, source.size);
  const strings = readSection(cursor, headerBytes, source.size);
  return { littleEndian, types, strings, layout: readLayout(source, headerBytes, littleEndian) };
}

function readByteOrder(source: ByteSource): boolean {
  const cursor = readCursor(source, 0, 2, SECTION, true);
  const magic = cursor.u16();
  if (magic === BTF_MAGIC) return true;
  if (magic === (((BTF_MAGIC & 0xff) << 8) | (BTF_MAGIC >> 8))) return false;
  return cursor.fail('bad-magic', `0x${magic.toString(16)}`);
}

function readLayout(source: ByteSource, headerBytes: number, littleEndian: boolean): BtfSection {
  if (headerBytes < BTF_HEADER_WITH_LAYOUT_BYTES) return { offset: headerBytes, size: 0 };
  const fields = BTF_HEADER_WITH_LAYOUT_BYTES - BTF_HEADER_BYTES;
  return readSection(
    readCursor(source, BTF_HEADER_BYTES, fields, SECTION, littleEndian),
    headerBytes,
    source.size,
  );
}

/** Offsets in the header count from its end. */
function readSection(cursor: Cursor, headerBytes: number, size: number): BtfSection {
  const section = { offset: headerBytes + cursor.u32(), size: cursor.u32() };
  if (section.offset + section.size > size) {
    cursor.fail('truncated', `${section.size} bytes at ${section.offset} of ${size}`);
  }
  if (section.size > MAX_SECTION_BYTES) cursor.fail('limit', `a section of ${section.size} bytes`);
  return section;
}
