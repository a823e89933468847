// HotCursor: what loops over all entries of a unit, or all instructions of a line program, read with.
import { BinaryFormatError, type BinaryFormatKind } from '../../binary/binary-format-error.ts';

const TWO_32 = 0x1_0000_0000;
/** A 64-bit value takes at most ten groups of seven bits. */
const LEB128_MAX_BYTES = 10;

/**
 * As `Cursor`, over a Uint8Array: reading a byte costs a third of what it costs through a DataView, and most of what
 * is read here is single bytes. Every read is checked against `end` before it is made.
 */
export class HotCursor {
  readonly bytes: Uint8Array;
  readonly littleEndian: boolean;
  /** Named in errors. */
  readonly section: string;
  /** Of the first byte in the section: errors and strings are told by their place in the section. */
  readonly base: number;
  readonly end: number;
  /** Position in `bytes`. */
  at = 0;

  constructor(bytes: Uint8Array, section: string, littleEndian: boolean, base = 0) {
    this.bytes = bytes;
    this.section = section;
    this.littleEndian = littleEndian;
    this.base = base;
    this.end = bytes.length;
  }

  fail(kind: BinaryFormatKind, detail: string): never {
    throw new BinaryFormatError(kind, this.section, this.base + this.at, detail);
  }

  /** Position in the section. */
  get offset(): number {
    return this.base + this.at;
  }

  skip(bytes: number): void {
    // The comparison is false for NaN too.
    if (!(bytes >= 0 && bytes <= this.end - this.at)) this.truncated(bytes);
    this.at += bytes;
  }

  u8(): number {
    if (this.at >= this.end) this.truncated(1);
    return this.bytes[this.at++]!;
  }

  i8(): number {
    return (this.u8() << 24) >> 24;
  }

  u16(): number {
    if (this.end - this.at < 2) this.truncated(2);
    const { bytes, at } = this;
    this.at = at + 2;
    return this.littleEndian ? bytes[at]! | (bytes[at + 1]! << 8) : (bytes[at]! << 8) | bytes[at + 1]!;
  }

  u24(): number {
    if (this.littleEndian) return this.u16() | (this.u8() << 16);
    return (this.u16() << 8) | this.u8();
  }

  u32(): number {
    if (this.end - this.at < 4) this.truncated(4);
    const { bytes, at } = this;
    this.at = at + 4;
    const [a, b, c, d] = [bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!];
    return (
      (this.littleEndian ? (d << 24) | (c << 16) | (b << 8) | a : (a << 24) | (b << 16) | (c << 8) | d) >>> 0
    );
  }

  /** Inexact from 2^53 on: what lies there is no address of a program and no offset in a file, and is compared so. */
  u64(): number {
    const first = this.u32();
    const second = this.u32();
    return this.littleEndian ? second * TWO_32 + first : first * TWO_32 + second;
  }

  /** An address or an offset of the width that its unit has. Inexact as `u64`. */
  word(bytes: number): number {
    if (bytes === 8) return this.u64();
    return bytes === 4 ? this.u32() : this.u16();
  }

  /** Inexact from 2^53 on. */
  uleb(): number {
    const first = this.u8();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    let scale = 0x80;
    for (let i = 1; i < LEB128_MAX_BYTES; i++) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
    return this.fail('bad-value', 'LEB128 longer than ten bytes');
  }

  /** Inexact beyond ±2^53. */
  sleb(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < LEB128_MAX_BYTES; i++) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      scale *= 0x80;
      // Bit 6 of the last byte is the sign.
      if (byte < 0x80) return (byte & 0x40) === 0 ? value : value - scale;
    }
    return this.fail('bad-value', 'LEB128 longer than ten bytes');
  }

  skipLeb(): void {
    for (let i = 0; i < LEB128_MAX_BYTES; i++) if (this.u8() < 0x80) return;
    this.fail('bad-value', 'LEB128 longer than ten bytes');
  }

  /** Moves behind the closing zero. */
  skipString(): void {
    const end = this.bytes.indexOf(0, this.at);
    if (end < 0) this.fail('truncated', 'a string without its closing zero');
    this.at = end + 1;
  }

  private truncated(wanted: number): never {
    return this.fail('truncated', `${wanted} bytes wanted, ${this.end - this.at} left`);
  }
}
