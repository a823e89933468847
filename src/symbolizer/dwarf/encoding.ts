// How wide a unit's fields are, and the length that each unit of a section begins with.
import type { HotCursor } from './hot-cursor.ts';

export interface Encoding {
  version: number;
  /** Bytes of an address: 4 or 8. */
  addressSize: number;
  /** Bytes of an offset in a section: 4, in the 64-bit format of DWARF 8 (7.4). */
  offsetSize: number;
}

/** DWARF 5, 7.4: 0xfffffff0 to 0xfffffffe are reserved, 0xffffffff announces a 64-bit length. */
const FIRST_RESERVED_LENGTH = 0xffff_fff0;
const WIDE_LENGTH = 0xffff_ffff;
/** Of a wide length, the largest that there is. */
export const MAX_INITIAL_LENGTH_BYTES = 12;

export interface InitialLength {
  /** Bytes behind the length. */
  length: number;
  offsetSize: number;
}

export function readInitialLength(cursor: HotCursor): InitialLength {
  const length = cursor.u32();
  if (length < FIRST_RESERVED_LENGTH) return { length, offsetSize: 4 };
  if (length !== WIDE_LENGTH) cursor.fail('bad-value', `reserved length 0x${length.toString(16)}`);
  return { length: cursor.u64(), offsetSize: 8 };
}

export function checkAddressSize(cursor: HotCursor, size: number): number {
  if (size !== 4 && size !== 8) cursor.fail('bad-value', `addresses of ${size} bytes`);
  return size;
}

/**
 * The first address that is none. Linkers write -1, or -2 where -1 means something else, for code that they discarded
 * (DWARF issue 200609.1); and from 2^53 on (the kernel's half) numbers are not exact.
 */
export function addressLimit(addressSize: number): number {
  return addressSize === 4 ? 0xffff_fffe : Number.MAX_SAFE_INTEGER;
}
