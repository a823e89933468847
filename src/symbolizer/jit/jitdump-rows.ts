// The entries of a jitdump's JIT_CODE_DEBUG_INFO record, as columns in the order of the file.
import type { Cursor } from '../../binary/cursor.ts';
import { decodeName } from '../../binary/symbol-name.ts';
import { DEBUG_ENTRY_BYTES } from './jitdump-constants.ts';

/** Stands for the name of the entry before: a byte of all ones (perf's genelf_debug.c; newer versions of V8 write it). */
const SAME_NAME = 0xff;
/** V8 pads records to 8 bytes. */
const MAX_PADDING = 7;

export class JitdumpRows {
  /** Bytes from the start of the code. */
  readonly offset: Float64Array;
  readonly line: Uint32Array;
  readonly column: Uint32Array;
  /** Indices into `names`. */
  readonly file: Uint32Array;
  readonly names: string[] = [];
  private readonly places = new Map<string, number>();
  private length = 0;

  private constructor(count: number) {
    this.offset = new Float64Array(count);
    this.line = new Uint32Array(count);
    this.column = new Uint32Array(count);
    this.file = new Uint32Array(count);
  }

  /** Every name ends with its zero. Throws `BinaryFormatError`. */
  static read(entries: Cursor, count: number, codeAddress: number): JitdumpRows {
    const rows = new JitdumpRows(count);
    for (let i = 0; i < count; i++) rows.add(entries, codeAddress, entries.cstringBytes.bind(entries));
    if (entries.remaining > MAX_PADDING)
      entries.fail('bad-value', `${entries.remaining} bytes behind the last entry`);
    return rows;
  }

  /**
   * V8 11 (Node 20) copies names out of memory that it has freed, which may hold zeros; how long they are is right. Where
   * all are of `nameBytes`, as in one script, they need not be looked at. Throws `BinaryFormatError`.
   */
  static readEven(entries: Cursor, count: number, codeAddress: number, nameBytes: number): JitdumpRows {
    const rows = new JitdumpRows(count);
    for (let i = 0; i < count; i++) {
      rows.add(entries, codeAddress, () => {
        const bytes = entries.bytes(nameBytes);
        if (bytes.at(-1) !== 0) entries.fail('bad-value', 'names are not equally long');
        return bytes.subarray(0, -1);
      });
    }
    return rows;
  }

  /** Lengths, with the closing zero, that so many equally long names in so many bytes of entries may have. */
  static evenNameBytes(bytes: number, count: number): number[] {
    const lengths = new Set<number>();
    for (let padding = 0; padding <= MAX_PADDING; padding++) {
      lengths.add(Math.floor((bytes - padding) / count) - DEBUG_ENTRY_BYTES);
    }
    return [...lengths].filter((length) => length > 0);
  }

  /** Whether all lie in code of so many bytes, if they are `shift` bytes too far. */
  isWithin(codeSize: number, shift: number): boolean {
    return this.offset.every((offset) => offset >= 0 && offset <= codeSize + shift);
  }

  private add(entries: Cursor, codeAddress: number, readName: () => Uint8Array): void {
    const row = this.length++;
    this.offset[row] = entries.u64Number() - codeAddress;
    this.line[row] = Math.max(0, entries.i32());
    this.column[row] = Math.max(0, entries.i32());
    this.file[row] = this.place(readName(), row);
  }

  private place(bytes: Uint8Array, row: number): number {
    if (bytes.length === 1 && bytes[0] === SAME_NAME && row > 0) return this.file[row - 1]!;
    const name = decodeName(bytes);
    let place = this.places.get(name);
    if (place === undefined) {
      place = this.names.push(name) - 1;
      this.places.set(name, place);
    }
    return place;
  }
}
