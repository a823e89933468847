// Searching a file for bytes, a piece at a time.
import { readBytes, type ByteSource } from '../byte-source.ts';

const PIECE_BYTES = 1 << 20;

/**
 * File offsets of the needles (each shorter than a piece) that begin within `size` bytes from `from` on, at multiples
 * of `alignment` (a power of two) from there; ascending by piece, and no more than `max`.
 */
export function findBytes(
  source: ByteSource,
  from: number,
  size: number,
  needles: readonly Uint8Array[],
  alignment: number,
  max: number,
): number[] {
  const found: number[] = [];
  // A needle that begins in one piece may end in the next.
  const overlap = Math.max(...needles.map((needle) => needle.length)) - 1;
  for (let at = 0; at < size && found.length < max; at += PIECE_BYTES) {
    const length = Math.min(PIECE_BYTES + overlap, size - at);
    const piece = Buffer.from(readBytes(source, from + at, length, 'data').buffer);
    for (const needle of needles) {
      let place = piece.indexOf(needle);
      for (; place >= 0 && place < PIECE_BYTES; place = piece.indexOf(needle, place + 1)) {
        if (place % alignment !== 0) continue;
        found.push(from + at + place);
        if (found.length === max) break;
      }
    }
  }
  return found;
}
