// Output: where a decompressor puts its bytes, and finds the earlier ones that it copies from.
import { BinaryFormatError } from '../binary-format-error.ts';
import { FdSource, MemorySource, type ByteSource } from '../byte-source.ts';
import type { SpillFile } from './spill-file.ts';

/** Bytes gathered before they are written to a file. */
const FLUSH_BYTES = 1 << 20;

/**
 * Takes exactly the number of bytes that was declared: not one more is ever written or kept. In memory the output is
 * its own history; on disk only the last bytes that may be referred back to are held.
 */
export class Output {
  /** The latest bytes. A decoder writes at `at`, and copies from what lies before. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Index in `bytes` of the next byte. */
  at = 0;
  /** Bytes that are to come out in all. */
  readonly size: number;
  private readonly section: string;
  private readonly file: SpillFile | null;
  /** Bytes that have left `bytes`, and those of `bytes` that are in the file already. */
  private left = 0;
  private flushed = 0;
  private history = 0;

  /** `file` null: in memory. `section` is named in errors. */
  constructor(size: number, section: string, file: SpillFile | null = null) {
    this.size = size;
    this.section = section;
    this.file = file;
    this.bytes = new Uint8Array(file === null ? size : Math.min(size, FLUSH_BYTES));
  }

  get produced(): number {
    return this.left + this.at;
  }

  /** How far back a format refers at most. In memory everything is kept. */
  keepHistory(bytes: number): void {
    if (this.file === null || bytes <= this.history) return;
    this.history = Math.min(bytes, this.size);
    this.enlarge(this.history + FLUSH_BYTES);
  }

  /** Makes room for up to `count` more bytes; gives the index in `bytes` that must not be passed. */
  reserve(count: number): number {
    const wanted = Math.min(count, this.size - this.produced);
    if (this.file !== null && this.at + wanted > this.bytes.length) this.slide(wanted);
    return this.at + wanted;
  }

  append(piece: Uint8Array): void {
    for (let done = 0; done < piece.length;) {
      const limit = this.reserve(Math.min(FLUSH_BYTES, piece.length - done));
      if (limit === this.at) this.overflow();
      this.bytes.set(piece.subarray(done, done + limit - this.at), this.at);
      done += limit - this.at;
      this.at = limit;
    }
  }

  overflow(): never {
    throw this.error('limit', `more comes out than the ${this.size} bytes declared`);
  }

  /** What came out. Throws where it is less than was declared. */
  finish(): ByteSource {
    if (this.produced !== this.size) {
      throw this.error('truncated', `${this.produced} bytes come out, ${this.size} are declared`);
    }
    if (this.file === null) return new MemorySource(this.bytes);
    this.flush();
    return new FdSource(this.file.fd);
  }

  private slide(wanted: number): void {
    this.flush();
    const kept = Math.min(this.history, this.at);
    this.bytes.copyWithin(0, this.at - kept, this.at);
    this.left += this.at - kept;
    this.at = this.flushed = kept;
    this.enlarge(kept + wanted);
  }

  private flush(): void {
    this.file?.append(this.bytes.subarray(this.flushed, this.at));
    this.flushed = this.at;
  }

  private enlarge(bytes: number): void {
    if (bytes <= this.bytes.length) return;
    const larger = new Uint8Array(bytes);
    larger.set(this.bytes.subarray(0, this.at));
    this.bytes = larger;
  }

  private error(kind: 'limit' | 'truncated', detail: string): BinaryFormatError {
    return new BinaryFormatError(kind, this.section, this.produced, detail);
  }
}
