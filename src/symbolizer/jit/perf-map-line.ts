// A line of a perf map: `START SIZE name`, both numbers hexadecimal (tools/perf/Documentation/jit-interface.txt).
import { readHex, toNumber, type Halves } from '../hex.ts';

const SPACE = 32;

export class PerfMapLine {
  start = 0;
  /** Exclusive. */
  end = 0;
  /** Index of the name's first byte. */
  nameAt = 0;
  private readonly first: Halves = { high: 0, low: 0, next: 0 };
  private readonly second: Halves = { high: 0, low: 0, next: 0 };

  /** False where the line is of another shape, of no size, or reaches beyond 2^53. */
  parse(bytes: Uint8Array, lineStart: number, lineEnd: number): boolean {
    const { first, second } = this;
    const startAt = behindPrefix(bytes, lineStart, lineEnd);
    readHex(bytes, startAt, lineEnd, first);
    if (first.next === startAt || bytes[first.next] !== SPACE) return false;
    const sizeAt = behindPrefix(bytes, first.next + 1, lineEnd);
    readHex(bytes, sizeAt, lineEnd, second);
    this.nameAt = second.next + 1;
    if (second.next === sizeAt || bytes[second.next] !== SPACE || this.nameAt >= lineEnd) return false;
    const size = toNumber(second);
    this.start = toNumber(first);
    this.end = this.start + size;
    return this.start >= 0 && size > 0 && this.end <= Number.MAX_SAFE_INTEGER;
  }
}

/** The JVM, CPython and Android's V8 put `0x` in front. */
function behindPrefix(bytes: Uint8Array, at: number, end: number): number {
  return at + 2 < end && bytes[at] === 48 && (bytes[at + 1]! | 32) === 120 ? at + 2 : at;
}
