// SectionReader: one debug section, read a piece at a time.
import { BinaryFormatError } from '../../binary/binary-format-error.ts';
import { readUntil, type ByteSource } from '../../binary/byte-source.ts';
import { decodeName, MAX_NAME_BYTES } from '../../binary/symbol-name.ts';
import { HotCursor } from './hot-cursor.ts';

/** What one read brings at least. Reading it costs about two µs from the page cache, a call for less hardly less. */
const WINDOW_BYTES = 8192;
/** A section of at most this size is read whole, and stays: a dozen of them are held for a file. */
const WHOLE_SECTION_BYTES = 512 << 10;
/** So is one of at most this size of which as much has been read as it has: names are asked for here and there in it. */
const MAX_WHOLE_SECTION_BYTES = 4 << 20;
/** A buffer of at most this size is used again; a larger one (a whole unit) is given up for the next small read. */
const KEPT_BUFFER_BYTES = 64 << 10;

/** A section that the file does not have is one of no bytes: whoever needs it gets a `BinaryFormatError`. */
export class SectionReader {
  readonly name: string;
  readonly size: number;
  readonly littleEndian: boolean;
  private readonly source: ByteSource | null;
  private buffer = new Uint8Array(0);
  private window: HotCursor;
  /** By all reads so far. */
  private bytesRead = 0;

  constructor(source: ByteSource | null, name: string, littleEndian: boolean) {
    this.name = name;
    this.size = source?.size ?? 0;
    this.littleEndian = littleEndian;
    this.source = source;
    this.window = new HotCursor(this.buffer, name, littleEndian);
  }

  /** Of the buffer that is kept. */
  get byteLength(): number {
    return this.buffer.length;
  }

  /**
   * A cursor at `offset`, with `bytes` bytes before it, or all up to the section's end. What lies in the last piece
   * is not read again. Valid until the next call of this method.
   */
  at(offset: number, bytes: number): HotCursor {
    const until = Math.min(this.size, offset + bytes);
    if (!(offset >= 0 && offset <= this.size)) throw this.outside(offset);
    const window = this.window;
    if (offset < window.base || until > window.base + window.end) this.read(offset, until - offset);
    this.window.at = offset - this.window.base;
    return this.window;
  }

  /** As `at`, but fails where the section has fewer bytes. */
  exactly(offset: number, bytes: number): HotCursor {
    if (!(offset + bytes <= this.size)) throw this.outside(offset);
    return this.at(offset, bytes);
  }

  /** The string that begins at `offset`, as it may be shown: cut where it is longer than any name. */
  string(offset: number): string {
    if (!(offset >= 0 && offset < this.size)) throw this.outside(offset);
    const { bytes, at, end } = this.at(offset, 1);
    const close = bytes.indexOf(0, at);
    if (close >= 0) return decodeName(bytes.subarray(at, close));
    if (end - at >= this.size - offset)
      throw new BinaryFormatError('truncated', this.name, offset, 'no closing zero');
    const range = { offset, limit: this.size, maxBytes: MAX_NAME_BYTES };
    return decodeName(readUntil(this.source!, range, 0, this.name));
  }

  private read(offset: number, bytes: number): void {
    const limit = this.bytesRead < this.size ? WHOLE_SECTION_BYTES : MAX_WHOLE_SECTION_BYTES;
    if (this.size <= limit) this.fill(0, this.size);
    else this.fill(offset, bytes);
  }

  private fill(offset: number, bytes: number): void {
    const wanted = Math.min(Math.max(bytes, WINDOW_BYTES), this.size - offset);
    const tooLarge = this.buffer.length > KEPT_BUFFER_BYTES && wanted <= KEPT_BUFFER_BYTES;
    if (wanted > this.buffer.length || tooLarge) this.buffer = new Uint8Array(Math.max(wanted, WINDOW_BYTES));
    const target = this.buffer.subarray(0, wanted);
    // Until it is filled, the window is none: a read that fails must not leave half of another piece.
    this.window = new HotCursor(new Uint8Array(0), this.name, this.littleEndian);
    this.source!.readInto(target, offset, this.name);
    this.bytesRead += wanted;
    this.window = new HotCursor(target, this.name, this.littleEndian, offset);
  }

  private outside(offset: number): BinaryFormatError {
    return new BinaryFormatError('truncated', this.name, offset, `beyond the section's ${this.size} bytes`);
  }
}
