// Lines of a text file that may be large, as bytes: /proc/kallsyms and perf maps never become one JS string.
import { readSync } from 'node:fs';

export interface LineOptions {
  /** Where to begin, bytes. */
  from?: number;
  /** Bytes to read at most; an incomplete last line is then left out. */
  maxBytes?: number;
}

export interface LinesRead {
  bytes: number;
  /** Lines longer than `MAX_LINE_BYTES`, which are passed over. */
  tooLong: number;
}

export const MAX_LINE_BYTES = 64 * 1024;
const NEWLINE = 10;

/**
 * Calls with the buffer and the line's range in it, without its newline; both are valid during the call only.
 * `fileOffset` is where the line starts in the file.
 */
export type LineVisitor = (bytes: Uint8Array, start: number, end: number, fileOffset: number) => void;

/** Positional reads only. Throws what `readSync` throws. */
export function forEachLine(fd: number, visit: LineVisitor, options: LineOptions = {}): LinesRead {
  const buffer = new Uint8Array(2 * MAX_LINE_BYTES);
  const from = options.from ?? 0;
  const maxBytes = options.maxBytes ?? Infinity;
  let position = from; // of the next read
  let filled = 0; // bytes of the buffer in use
  let skipping = false; // inside a line that is too long
  let tooLong = 0;
  for (;;) {
    const room = Math.min(buffer.length - filled, from + maxBytes - position);
    const read = room > 0 ? readSync(fd, buffer, filled, room, position) : 0;
    if (read === 0) break;
    position += read;
    filled += read;
    const base = position - filled;
    let start = 0;
    // What an earlier read left has no newline. A plain loop: `subarray().indexOf()` would make an object per line.
    for (let at = filled - read; at < filled; at++) {
      if (buffer[at] !== NEWLINE) continue;
      if (skipping) skipping = false;
      else visit(buffer, start, at, base + start);
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
  // A last line without a newline counts unless it was cut by `maxBytes`.
  if (filled > 0 && !skipping && position - from < maxBytes) visit(buffer, 0, filled, position - filled);
  return { bytes: position - from, tooLong };
}
