// Pointers of .eh_frame: one byte says how they are stored and what they count from (LSB 5.0 Core, 10.5.1).
import type { Cursor } from '../binary/cursor.ts';
import * as DW from './dwarf-constants.ts';

/** Virtual addresses that pointers of a section may count from; null where the file has no such place. */
export interface PointerBases {
  /** Of the section's first byte. */
  section: number;
  /** Where the section's bytes begin in their buffer: so each cursor on a part of them knows its place. */
  sectionByteOffset: number;
  text: number | null;
  data: number | null;
  /** Bytes of a plain address. */
  addressBytes: number;
  /** The word at a virtual address of the file, for indirect pointers; null where the file does not have it. */
  wordAt: (address: number) => number | null;
}

const TWO_32 = 0x1_0000_0000;
const STORED_AS = 0x0f;
const COUNTS_FROM = 0x70;

/**
 * The address, or null where it was left out (DW_EH_PE_omit) or cannot be known: the cursor is behind it either way.
 * Throws `BinaryFormatError` for an encoding that does not exist. Inexact beyond 2^53, where no user code lies.
 */
export function readEncodedPointer(cursor: Cursor, encoding: number, bases: PointerBases): number | null {
  if (encoding === DW.DW_EH_PE_omit) return null;
  const application = encoding & COUNTS_FROM;
  if (application === DW.DW_EH_PE_aligned) alignToAddress(cursor, bases);
  const at = placeOf(cursor, bases);
  const value = readStored(cursor, encoding & STORED_AS, bases.addressBytes);
  const base = baseOf(application, at, bases);
  if (base === null) return null;
  // A pointer of zero is none, whatever it counts from (as unwinders have it).
  const address = value === 0 ? 0 : base + value;
  return (encoding & DW.DW_EH_PE_indirect) === 0 ? address : bases.wordAt(address);
}

/** A plain number stored as an encoded pointer is: an FDE's length. */
export function readStored(cursor: Cursor, storedAs: number, addressBytes: number): number {
  switch (storedAs & STORED_AS) {
    case DW.DW_EH_PE_absptr:
      return addressBytes === 4 ? cursor.u32() : signed64(cursor);
    case DW.DW_EH_PE_uleb128:
      return cursor.uleb();
    case DW.DW_EH_PE_sleb128:
      return cursor.sleb();
    case DW.DW_EH_PE_udata2:
      return cursor.u16();
    case DW.DW_EH_PE_sdata2:
      return (cursor.u16() << 16) >> 16;
    case DW.DW_EH_PE_udata4:
      return cursor.u32();
    case DW.DW_EH_PE_sdata4:
      return cursor.i32();
    case DW.DW_EH_PE_udata8:
    case DW.DW_EH_PE_sdata8:
      return signed64(cursor);
    default:
      return cursor.fail('bad-value', `pointer encoding 0x${storedAs.toString(16)}`);
  }
}

/** Signed, because distances are, and addresses of user code are below 2^63. */
function signed64(cursor: Cursor): number {
  const first = cursor.u32();
  const second = cursor.u32();
  const [low, high] = cursor.littleEndian ? [first, second] : [second, first];
  return (high | 0) * TWO_32 + low;
}

function baseOf(application: number, at: number, bases: PointerBases): number | null {
  switch (application) {
    case 0:
    case DW.DW_EH_PE_aligned:
      return 0;
    case DW.DW_EH_PE_pcrel:
      return at;
    case DW.DW_EH_PE_textrel:
      return bases.text;
    case DW.DW_EH_PE_datarel:
      return bases.data;
    default:
      return null;
  }
}

function alignToAddress(cursor: Cursor, bases: PointerBases): void {
  const { addressBytes } = bases;
  cursor.skip((addressBytes - (placeOf(cursor, bases) % addressBytes)) % addressBytes);
}

/** Virtual address of the cursor. */
function placeOf(cursor: Cursor, { section, sectionByteOffset }: PointerBases): number {
  return section + cursor.view.byteOffset - sectionByteOffset + cursor.offset;
}
