// Lines of a text file that may be large, as bytes: /proc/kallsyms never becomes one JS string.
import { readSync } from 'node:fs';

export interface LinesRead {
  /** Lines longer than `MAX_LINE_BYTES`, which are passed over. */
  tooLong: number;
}

export const MAX_LINE_BYTES = 64 * 1024;
const NEWLINE = 10;

/** Called with the buffer and the line's range in it, without its newline; both are valid during the call only. */
export type LineVisitor = (bytes: Uint8Array, start: number, end: number) => void;

/** Positional reads only. Throws what `readSync` throws. */
export function forEachLine(fd: number, visit: LineVisitor): LinesRead {
  const buffer = new Uint8Array(2 * MAX_LINE_BYTES);
  let position = 0; // of the next read
  let filled = 0; // bytes of the buffer in use
  let skipping = false; // inside a line that is too long
  let tooLong = 0;
  for (;;) {
    const read = readSync(fd, buffer, filled, buffer.length - filled, position);
    if (read === 0) break;
    position += read;
    filled += read;
    let start = 0;
    // What an earlier read left has no newline. A plain loop: `subarray().indexOf()` would make an object per line.
    for (let at = filled - read; at < filled; at++) {
      if (buffer[at] !== NEWLINE) continue;
      if (skipping) skipping = false;
      else visit(buffer, start, at);
      start = at + 1;
    }
    buffer.copyWithin(0, start, filled);
    filled -= start;
    if (filled >= MAX_LINE_BYTES) {
      if (!skipping) tooLong++;
      skipping = true;
      filled = 0;
    }
  }
  // A last line without a newline counts.
  if (filled > 0 && !skipping) visit(buffer, 0, filled);
  return { tooLong };
}
