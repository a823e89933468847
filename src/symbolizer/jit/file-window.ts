// FileWindow: small pieces of a file that is gone through from front to back, read in larger ones.
import type { ByteSource } from '../../binary/byte-source.ts';
import { Cursor } from '../../binary/cursor.ts';

const WINDOW_BYTES = 64 * 1024;

export class FileWindow {
  private readonly source: ByteSource;
  private readonly section: string;
  private readonly littleEndian: boolean;
  private readonly bytes = new Uint8Array(WINDOW_BYTES);
  /** What of the file is in `bytes`. */
  private offset = 0;
  private length = 0;

  constructor(source: ByteSource, section: string, littleEndian: boolean) {
    this.source = source;
    this.section = section;
    this.littleEndian = littleEndian;
  }

  /** Over `length` bytes, of which there are at most 64 KiB; valid until the next call. Throws `BinaryFormatError`. */
  cursor(offset: number, length: number): Cursor {
    if (offset < this.offset || offset + length > this.offset + this.length) this.moveTo(offset, length);
    const at = offset - this.offset;
    return new Cursor(this.bytes.subarray(at, at + length), this.section, this.littleEndian);
  }

  private moveTo(offset: number, length: number): void {
    this.offset = offset;
    this.length = 0;
    const filled = Math.min(WINDOW_BYTES, Math.max(length, this.source.size - offset));
    this.source.readInto(this.bytes.subarray(0, filled), offset, this.section);
    this.length = filled;
  }
}
