// Entries of .eh_frame and .debug_frame: how long they are and of which kind (DWARF 5, 6.4.1; LSB 5.0 Core, 10.6.1).
import type { Cursor } from '../binary/cursor.ts';

const DWARF64 = 0xffff_ffff;
/** From here to 0xfffffffe lengths are reserved. */
const RESERVED_LENGTHS = 0xffff_fff0;
const CIE_ID_64 = 0xffff_ffff_ffff_ffffn;

/** The bytes of the next entry from its id on; of an empty one (.eh_frame's terminator) none. */
export function readEntry(cursor: Cursor): Cursor {
  const length = cursor.u32();
  if (length === DWARF64) return cursor.sub(cursor.u64Number());
  if (length >= RESERVED_LENGTHS) cursor.fail('bad-value', `an entry of length 0x${length.toString(16)}`);
  return cursor.sub(length);
}

/**
 * Reads the id: 'cie', or for an FDE the offset of its CIE in the section. `idOffset` is the id's own offset, `start`
 * the entry's.
 */
export function readEntryId(content: Cursor, isEh: boolean, start: number, idOffset: number): 'cie' | number {
  if (isEh) {
    // LSB 5.0: four bytes with 64-bit lengths too, and a distance back.
    const distance = content.u32();
    return distance === 0 ? 'cie' : idOffset - distance;
  }
  if (idOffset - start === 4) {
    const offset = content.u32();
    return offset === DWARF64 ? 'cie' : offset;
  }
  const offset = content.u64();
  if (offset === CIE_ID_64) return 'cie';
  return offset <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(offset)
    : content.fail('overflow', 'the offset of a CIE does not fit 53 bits');
}
