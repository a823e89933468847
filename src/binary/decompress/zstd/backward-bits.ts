// Bits read from the end of a stream to its beginning (RFC 8878, 4.1 and 4.2).
import { BinaryFormatError } from '../../binary-format-error.ts';

/** Reads of more bits are made of two: 7 bits of an unaligned start and 25 make a 32-bit word. */
const MOST_AT_ONCE = 25;

/** The highest set bit of the last byte marks where the stream begins. Before the first byte come zeros. */
export class BackwardBits {
  /** Bits not read yet; below zero when more were asked for than there are. */
  left: number;
  private readonly bytes: Uint8Array;
  private readonly start: number;

  /** Of `bytes[start, end)`; `bytes` has 4 more bytes behind `end`, whatever they are. */
  constructor(bytes: Uint8Array, start: number, end: number, section: string) {
    const last = end > start ? bytes[end - 1]! : 0;
    if (last === 0) throw new BinaryFormatError('bad-value', section, end, 'a bit stream without its mark');
    this.bytes = bytes;
    this.start = start;
    this.left = (end - start) * 8 - 8 + (31 - Math.clz32(last));
  }

  /** Up to 25 bits, without moving. */
  peek(count: number): number {
    const from = this.left - count;
    if (from < 0) return this.peekStart(count);
    const { bytes } = this;
    const at = this.start + (from >> 3);
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    return (word >>> (from & 7)) & ((1 << count) - 1);
  }

  /** Up to 31 bits. */
  read(count: number): number {
    if (count > MOST_AT_ONCE) {
      const high = this.read(count - 16);
      return high * 0x1_0000 + this.read(16);
    }
    const value = this.peek(count);
    this.left -= count;
    return value;
  }

  private peekStart(count: number): number {
    const held = this.left;
    return held <= 0 ? 0 : this.peek(held) << (count - held);
  }
}
