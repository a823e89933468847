// FunctionIndex: functions by name. A hash table of row numbers: the names themselves stay in the file.
import type { BtfStrings } from './strings.ts';
import type { TypeColumns } from './type-columns.ts';

/** At most half of the slots are taken, so a search of a well-spread table takes one or two looks. */
const SLOTS_PER_FUNCTION = 2;
/** Names made to collide must not make every look-up a long one: what finds no slot so near has no entry. */
const MAX_PROBES = 64;

export class FunctionIndex {
  private readonly functions: TypeColumns;
  private readonly strings: BtfStrings;
  /** One more than a row of the function columns; 0 is free. */
  private readonly slots: Uint32Array;

  /** Throws `BinaryFormatError` where a name lies outside of the strings. */
  constructor(functions: TypeColumns, strings: BtfStrings) {
    this.functions = functions;
    this.strings = strings;
    const count = functions.functionName.length;
    this.slots = new Uint32Array(2 ** Math.ceil(Math.log2(Math.max(1, count * SLOTS_PER_FUNCTION))));
    const loaded = strings.loaded();
    for (let row = 0; row < count; row++) this.add(row, loaded);
  }

  get byteLength(): number {
    return this.slots.byteLength;
  }

  /** Row of the type columns of the first function of that name, or -1. */
  find(name: string): number {
    const slot = this.slotOf(Buffer.from(name), this.strings);
    const row = slot < 0 ? 0 : this.slots[slot]!;
    return row === 0 ? -1 : this.functions.functionRow[row - 1]!;
  }

  private add(row: number, strings: BtfStrings): void {
    const offset = this.functions.functionName[row]!;
    if (offset === 0) return;
    const slot = this.slotOf(strings.bytesAt(offset), strings);
    if (slot >= 0 && this.slots[slot] === 0) this.slots[slot] = row + 1;
  }

  /** The slot that holds the name, else the free one where it would go; -1 where neither is near. */
  private slotOf(name: Uint8Array, strings: BtfStrings): number {
    const mask = this.slots.length - 1;
    const most = Math.min(MAX_PROBES, this.slots.length);
    for (let probe = 0, slot = hash(name) & mask; probe < most; probe++, slot = (slot + 1) & mask) {
      const row = this.slots[slot]!;
      if (row === 0) return slot;
      if (equal(strings.bytesAt(this.functions.functionName[row - 1]!), name)) return slot;
    }
    return -1;
  }
}

/** FNV-1a, 32 bits, its high bits folded down: the low ones choose the slot. */
function hash(bytes: Uint8Array): number {
  let value = 0x811c_9dc5;
  for (const byte of bytes) value = Math.imul(value ^ byte, 0x0100_0193);
  return (value ^ (value >>> 15)) >>> 0;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
