// .debug_aranges (DWARF 5, 6.1.2): which unit has which addresses.
import { BinaryFormatError } from '../../binary/binary-format-error.ts';
import { addressLimit, checkAddressSize, readInitialLength } from './encoding.ts';
import type { HotCursor } from './hot-cursor.ts';
import type { SectionReader } from './section-reader.ts';

/** Takes [start, end) of the unit at an offset in .debug_info. */
export type UnitRangeSink = (unit: number, start: number, end: number) => void;

/** Chromium would have 30 MB; clang writes none. */
const MAX_SECTION_BYTES = 256 << 20;

/**
 * Reads all sets. One that cannot be read ends the reading, as the next cannot be found: units that no set was read
 * of are asked themselves. `seen` takes every unit that has a set, also an empty one.
 */
export function readAranges(section: SectionReader, seen: (unit: number) => void, sink: UnitRangeSink): void {
  if (section.size > MAX_SECTION_BYTES) return;
  const cursor = section.exactly(0, section.size);
  try {
    while (cursor.at < cursor.end) readSet(cursor, seen, sink);
  } catch (error) {
    if (!(error instanceof BinaryFormatError)) throw error;
  }
}

function readSet(cursor: HotCursor, seen: (unit: number) => void, sink: UnitRangeSink): void {
  const start = cursor.at;
  const { length, offsetSize } = readInitialLength(cursor);
  const end = cursor.at + length;
  if (end > cursor.end) cursor.fail('truncated', `a set of ${length} bytes`);
  const version = cursor.u16();
  const unit = cursor.word(offsetSize);
  const addressSize = checkAddressSize(cursor, cursor.u8());
  const segmentSize = cursor.u8();
  if (version === 2 && segmentSize === 0) {
    seen(unit);
    // Pairs are aligned to their size, counted from the set's start.
    const pair = 2 * addressSize;
    cursor.at = start + Math.ceil((cursor.at - start) / pair) * pair;
    readPairs(cursor, end, addressSize, (from, until) => sink(unit, from, until));
  }
  cursor.at = end;
}

/** Address and length, up to a pair of zeros. */
function readPairs(
  cursor: HotCursor,
  end: number,
  addressSize: number,
  sink: (start: number, end: number) => void,
): void {
  const limit = addressLimit(addressSize);
  while (cursor.at + 2 * addressSize <= end) {
    const start = cursor.word(addressSize);
    const bytes = cursor.word(addressSize);
    if (start === 0 && bytes === 0) return;
    // Discarded functions are at 0, or at the end of the address space.
    const inFile = start > 0 && start < limit && start + bytes <= Number.MAX_SAFE_INTEGER;
    if (inFile && bytes > 0) sink(start, start + bytes);
  }
}
