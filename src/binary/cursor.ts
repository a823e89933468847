// Cursor: the bounds-checked reader that every binary format here is read with.
import { BinaryFormatError, type BinaryFormatKind } from './binary-format-error.ts';

const TWO_32 = 0x1_0000_0000;
/** A 64-bit value takes at most ten groups of seven bits. */
const LEB128_MAX_BYTES = 10;
const MASK_64 = 0xffff_ffff_ffff_ffffn;
const utf8 = new TextDecoder();

/**
 * Reads forward over a DataView. Every read past the end throws `BinaryFormatError`, and a `sub` cursor ends where
 * its declared length ends, so a wrong inner length cannot reach what follows.
 */
export class Cursor {
  readonly view: DataView;
  readonly littleEndian: boolean;
  /** Named in errors. */
  readonly section: string;
  offset = 0;

  constructor(bytes: Uint8Array | DataView, section: string, littleEndian = true) {
    this.view =
      bytes instanceof DataView ? bytes : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.section = section;
    this.littleEndian = littleEndian;
  }

  get length(): number {
    return this.view.byteLength;
  }

  get remaining(): number {
    return this.view.byteLength - this.offset;
  }

  get atEnd(): boolean {
    return this.offset >= this.view.byteLength;
  }

  fail(kind: BinaryFormatKind, detail: string, cause?: unknown): never {
    throw new BinaryFormatError(kind, this.section, this.offset, detail, { cause });
  }

  seek(offset: number): void {
    if (!(offset >= 0 && offset <= this.length))
      this.fail('truncated', `seek to ${offset} of ${this.length}`);
    this.offset = offset;
  }

  skip(bytes: number): void {
    this.offset += this.need(bytes);
  }

  /** The next `length` bytes as a cursor of their own; this one moves behind them. */
  sub(length: number): Cursor {
    this.need(length);
    const view = new DataView(this.view.buffer, this.view.byteOffset + this.offset, length);
    this.offset += length;
    return new Cursor(view, this.section, this.littleEndian);
  }

  /** A view, not a copy. */
  bytes(length: number): Uint8Array {
    this.need(length);
    const bytes = new Uint8Array(this.view.buffer, this.view.byteOffset + this.offset, length);
    this.offset += length;
    return bytes;
  }

  u8(): number {
    this.need(1);
    return this.view.getUint8(this.offset++);
  }

  i8(): number {
    this.need(1);
    return this.view.getInt8(this.offset++);
  }

  u16(): number {
    this.need(2);
    const value = this.view.getUint16(this.offset, this.littleEndian);
    this.offset += 2;
    return value;
  }

  u32(): number {
    this.need(4);
    const value = this.view.getUint32(this.offset, this.littleEndian);
    this.offset += 4;
    return value;
  }

  i32(): number {
    return this.u32() | 0;
  }

  u64(): bigint {
    this.need(8);
    const value = this.view.getBigUint64(this.offset, this.littleEndian);
    this.offset += 8;
    return value;
  }

  /** A 64-bit field that must fit a number: an offset, a size, a user address. */
  u64Number(): number {
    this.need(8);
    const first = this.view.getUint32(this.offset, this.littleEndian);
    const second = this.view.getUint32(this.offset + 4, this.littleEndian);
    const value = this.littleEndian ? second * TWO_32 + first : first * TWO_32 + second;
    if (value > Number.MAX_SAFE_INTEGER) this.fail('overflow', 'a 64-bit value does not fit 53 bits');
    this.offset += 8;
    return value;
  }

  /** A field as wide as the file's addresses. */
  word(is64: boolean): number {
    return is64 ? this.u64Number() : this.u32();
  }

  uleb64(): bigint {
    let value = 0n;
    for (let i = 0; i < LEB128_MAX_BYTES; i++) {
      const byte = this.u8();
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < 0x80) return value & MASK_64;
    }
    return this.fail('bad-value', 'LEB128 longer than ten bytes');
  }

  sleb64(): bigint {
    let value = 0n;
    for (let i = 0; i < LEB128_MAX_BYTES; i++) {
      const byte = this.u8();
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < 0x80) return BigInt.asIntN(Math.min(64, 7 * (i + 1)), value);
    }
    return this.fail('bad-value', 'LEB128 longer than ten bytes');
  }

  uleb(): number {
    // Nearly every LEB128 in real files is below 2^28: no bigint for those.
    let value = 0;
    const start = this.offset;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.u8();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    this.offset = start;
    const wide = this.uleb64();
    if (wide > BigInt(Number.MAX_SAFE_INTEGER)) this.fail('overflow', 'a LEB128 value does not fit 53 bits');
    return Number(wide);
  }

  sleb(): number {
    let value = 0;
    const start = this.offset;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.u8();
      value |= (byte & 0x7f) << shift;
      // Bit 6 of the last byte is the sign: moved to the top and back it fills what is above.
      if (byte < 0x80) return (value << (25 - shift)) >> (25 - shift);
    }
    this.offset = start;
    const wide = this.sleb64();
    if (BigInt.asIntN(54, wide) !== wide) this.fail('overflow', 'a LEB128 value does not fit 53 bits');
    return Number(wide);
  }

  /** Up to the next zero byte, which is consumed. */
  cstringBytes(): Uint8Array {
    const rest = new Uint8Array(this.view.buffer, this.view.byteOffset + this.offset, this.remaining);
    const end = rest.indexOf(0);
    if (end < 0) this.fail('truncated', 'a string without its closing zero');
    this.offset += end + 1;
    return rest.subarray(0, end);
  }

  cstring(): string {
    return utf8.decode(this.cstringBytes());
  }

  /** Advances over padding so that `offset` is a multiple of `alignment` (a power of two); stops at the end. */
  align(alignment: number): void {
    this.offset = Math.min(this.length, (this.offset + alignment - 1) & ~(alignment - 1));
  }

  private need(bytes: number): number {
    if (!(bytes >= 0 && bytes <= this.remaining)) {
      this.fail('truncated', `${bytes} bytes wanted, ${this.remaining} left`);
    }
    return bytes;
  }
}
