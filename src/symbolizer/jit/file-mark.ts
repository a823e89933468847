// FileMark: tells whether a file that was read to some place still begins with what was read.
import { readBytes, type ByteSource } from '../../binary/byte-source.ts';

/** Enough for a jitdump's header (pid, time of creation) or the fields of a record, and for some lines of a map. */
const MARK_BYTES = 64;
const NOTHING = new Uint8Array(0);

/**
 * Appending leaves the first bytes and those before the place alone. A file that is written anew (jcmd's
 * `Compiler.perfmap` truncates it, a program that got the pid again opens its own) differs in one of them, whatever its
 * size and inode.
 */
export class FileMark {
  private head: Uint8Array = NOTHING;
  private tail: Uint8Array = NOTHING;
  /** Bytes read so far. */
  private offset = 0;

  /** Of a file that was read up to `offset`. Throws what reading throws. */
  set(source: ByteSource, offset: number): void {
    const length = Math.min(MARK_BYTES, offset);
    this.head = readBytes(source, 0, length, 'mark');
    this.tail = readBytes(source, offset - length, length, 'mark');
    this.offset = offset;
  }

  holds(source: ByteSource): boolean {
    if (source.size < this.offset) return false;
    const length = this.head.length;
    return (
      isSame(this.head, readBytes(source, 0, length, 'mark')) &&
      isSame(this.tail, readBytes(source, this.offset - length, length, 'mark'))
    );
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((byte, i) => byte === b[i]);
}
