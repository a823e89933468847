// The lines that have been appended to a text file, as bytes: a map of 64 MiB never becomes one JS string.
import type { ByteSource } from '../../binary/byte-source.ts';

/** Longer lines are passed over. */
export const MAX_LINE_BYTES = 64 * 1024;
const NEWLINE = 10;

/** The line's range in the buffer, without its newline, valid during the call only; `offset` is its place in the file. */
export type LineVisitor = (bytes: Uint8Array, start: number, end: number, offset: number) => void;

export interface LinesRead {
  /** Behind the last line that is whole; what follows is still being written. */
  next: number;
  tooLong: number;
}

/**
 * Lines from `offset`, where one begins, to the end of the source. Throws what reading throws. What stands behind the
 * last newline is not visited, unless it can be no line any more: then it is passed over, and the rest of it will look
 * like a line of its own.
 */
export function forEachNewLine(source: ByteSource, offset: number, visit: LineVisitor): LinesRead {
  const buffer = new Uint8Array(2 * MAX_LINE_BYTES);
  let tooLong = 0;
  let next = offset;
  let filled = 0;
  while (next + filled < source.size) {
    const more = Math.min(buffer.length - filled, source.size - next - filled);
    source.readInto(buffer.subarray(filled, filled + more), next + filled, 'perf map');
    const from = filled;
    filled += more;
    let start = 0;
    // What an earlier read left has no newline. A plain loop: `indexOf` on a view would make an object per line.
    for (let at = from; at < filled; at++) {
      if (buffer[at] !== NEWLINE) continue;
      if (at - start > MAX_LINE_BYTES) tooLong++;
      else visit(buffer, start, at, next + start);
      start = at + 1;
    }
    if (start === 0 && filled > MAX_LINE_BYTES) {
      tooLong++;
      start = filled;
    }
    buffer.copyWithin(0, start, filled);
    next += start;
    filled -= start;
  }
  return { next, tooLong };
}
