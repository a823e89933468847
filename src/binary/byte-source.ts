// Where binary readers take bytes from: by position, a piece at a time, so that no file is ever held whole.
import { fstatSync, readSync } from 'node:fs';
import { BinaryFormatError } from './binary-format-error.ts';
import { Cursor } from './cursor.ts';

export interface ByteSource {
  /** Bytes there are. */
  readonly size: number;
  /** Fills `target` from `offset` on, or throws `BinaryFormatError` when there are not that many bytes. */
  readInto(target: Uint8Array, offset: number, section: string): void;
}

/** A file behind an open descriptor. The descriptor's own position is neither used nor moved. */
export class FdSource implements ByteSource {
  readonly size: number;
  readonly fd: number;

  constructor(fd: number) {
    this.fd = fd;
    this.size = fstatSync(fd).size;
  }

  readInto(target: Uint8Array, offset: number, section: string): void {
    checkRange(this, section, offset, target.length);
    let done = 0;
    while (done < target.length) {
      const read = readSync(this.fd, target, done, target.length - done, offset + done);
      // The file shrank since its size was taken.
      if (read === 0) throw new BinaryFormatError('truncated', section, offset + done, 'the file ends here');
      done += read;
    }
  }
}

/** Bytes that are in memory already: a decompressed section, a test's fixture. */
export class MemorySource implements ByteSource {
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get size(): number {
    return this.bytes.length;
  }

  readInto(target: Uint8Array, offset: number, section: string): void {
    checkRange(this, section, offset, target.length);
    target.set(this.bytes.subarray(offset, offset + target.length));
  }
}

/** Checked against the file's size before anything is allocated: a declared length is not to be believed. */
export function readBytes(source: ByteSource, offset: number, length: number, section: string): Uint8Array {
  checkRange(source, section, offset, length);
  const bytes = new Uint8Array(length);
  source.readInto(bytes, offset, section);
  return bytes;
}

export function readCursor(
  source: ByteSource,
  offset: number,
  length: number,
  section: string,
  littleEndian: boolean,
): Cursor {
  return new Cursor(readBytes(source, offset, length, section), section, littleEndian);
}

/** Most names are far shorter; longer ones take a second read. */
const FIRST_READ_BYTES = 256;

/**
 * The bytes from `offset` to the terminator, to `limit` (a file offset) or to `maxBytes`, whichever comes first. A
 * string at a place that an index remembers: one small read.
 */
export function readUntil(
  source: ByteSource,
  range: { offset: number; limit: number; maxBytes: number },
  terminator: number,
  section: string,
): Uint8Array {
  const most = Math.min(range.maxBytes, range.limit - range.offset);
  for (let wanted = Math.min(FIRST_READ_BYTES, most); ; wanted = most) {
    const bytes = readBytes(source, range.offset, wanted, section);
    const end = bytes.indexOf(terminator);
    if (end >= 0) return bytes.subarray(0, end);
    if (wanted === most) return bytes;
  }
}

/** An error of the operating system (EIO, EISDIR, ESTALE, …), as `readSync` and `fstatSync` throw it. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

function checkRange(source: ByteSource, section: string, offset: number, length: number): void {
  if (offset >= 0 && length >= 0 && offset + length <= source.size) return;
  const detail = `${length} bytes wanted of a file of ${source.size}`;
  throw new BinaryFormatError('truncated', section, offset, detail);
}
