// PieceReader: reads a compressed section from front to back, a buffer at a time.
import { BinaryFormatError, type BinaryFormatKind } from '../binary-format-error.ts';
import type { ByteSource } from '../byte-source.ts';

const BUFFER_BYTES = 256 * 1024;
/** Bit readers look up to so many bytes beyond the piece that they were given, and use none of them. */
export const SPARE_BYTES = 8;

export class PieceReader {
  /** The piece that `take` announced begins at the index that it returned. Valid until the next call. */
  readonly buffer = new Uint8Array(BUFFER_BYTES + SPARE_BYTES);
  readonly section: string;
  private readonly source: ByteSource;
  private from = 0;
  private until = 0;
  private next = 0;

  constructor(source: ByteSource, section: string) {
    this.source = source;
    this.section = section;
  }

  /** Bytes not taken yet. */
  get remaining(): number {
    return this.source.size - this.next + (this.until - this.from);
  }

  /** Bytes taken so far. */
  get position(): number {
    return this.source.size - this.remaining;
  }

  /** Index in `buffer` of the next `count` bytes (at most 256 KiB). Throws `BinaryFormatError` at the end. */
  take(count: number): number {
    if (this.until - this.from < count) this.fill(count);
    const at = this.from;
    this.from += count;
    return at;
  }

  u8(): number {
    return this.buffer[this.take(1)]!;
  }

  /** Little endian, of 1 to 6 bytes. */
  uint(bytes: number): number {
    const at = this.take(bytes);
    let value = 0;
    for (let i = bytes - 1; i >= 0; i--) value = value * 256 + this.buffer[at + i]!;
    return value;
  }

  skip(count: number): void {
    if (count > this.remaining) this.fail('truncated', `${count} bytes to skip, ${this.remaining} left`);
    const held = Math.min(count, this.until - this.from);
    this.from += held;
    this.next += count - held;
  }

  fail(kind: BinaryFormatKind, detail: string): never {
    throw new BinaryFormatError(kind, this.section, this.position, detail);
  }

  private fill(count: number): void {
    if (count > BUFFER_BYTES || count > this.remaining) {
      this.fail('truncated', `${count} compressed bytes wanted, ${this.remaining} left`);
    }
    this.buffer.copyWithin(0, this.from, this.until);
    this.until -= this.from;
    this.from = 0;
    const more = Math.min(BUFFER_BYTES - this.until, this.source.size - this.next);
    this.source.readInto(this.buffer.subarray(this.until, this.until + more), this.next, this.section);
    this.until += more;
    this.next += more;
  }
}
