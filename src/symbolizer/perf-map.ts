// Perf maps: `/tmp/perf-PID.map`, lines of `START SIZE name`, which just-in-time compilers append to.
import { fstatSync } from 'node:fs';
import { ascendingOrder } from '../binary/address-sort.ts';
import { readUntil, type ByteSource } from '../binary/byte-source.ts';
import { readHex, toNumber, type Halves } from './hex.ts';
import { forEachLine } from './line-reader.ts';
import { decodeName, MAX_NAME_BYTES } from './symbol-name.ts';
import { flatten, type SymbolIndex } from './symbol-index.ts';

export interface PerfMap {
  index: SymbolIndex;
  /** Entries that were read. */
  entries: number;
  /** Lines of another shape, of no size, or beyond 2^53. */
  malformed: number;
  /** Bytes at the front of a file larger than `MAX_PERF_MAP_BYTES`: the oldest entries. */
  skippedBytes: number;
  /** Where the index's name places count from. */
  namesFrom: number;
}

export const MAX_PERF_MAP_BYTES = 64 << 20;
const MAX_ENTRIES = 1_000_000;
const SPACE = 32;
const NEWLINE = 10;

/**
 * Where entries overlap the later line wins: the compiler has used the memory again. Of a file that is too large the
 * end is read, for the same reason. Names stay in the file. Throws what reading throws.
 */
export function readPerfMap(fd: number, maxBytes = MAX_PERF_MAP_BYTES, maxEntries = MAX_ENTRIES): PerfMap {
  const { size } = fstatSync(fd);
  const from = Math.max(0, size - maxBytes);
  const entries = new Entries(maxEntries, from);
  let malformed = 0;
  // A cut falls within a line; what is left of it is not an entry.
  let partial = from > 0;
  const visit = (bytes: Uint8Array, start: number, end: number, fileOffset: number): void => {
    if (partial) partial = false;
    else if (!entries.add(bytes, start, end, fileOffset)) malformed++;
  };
  const { tooLong } = forEachLine(fd, visit, { from, maxBytes });
  const index = entries.finish();
  return {
    index,
    entries: entries.added,
    malformed: malformed + tooLong,
    skippedBytes: from,
    namesFrom: from,
  };
}

/** The name at a place of the index. */
export function readPerfMapName(source: ByteSource, map: PerfMap, place: number): string {
  const range = { offset: map.namesFrom + place, limit: source.size, maxBytes: MAX_NAME_BYTES };
  return decodeName(readUntil(source, range, NEWLINE, 'perf map')).trimEnd();
}

/** Growing columns; beyond the cap the oldest entry gives way. */
class Entries {
  private start = new Float64Array(1024);
  private end = new Float64Array(1024);
  private name = new Uint32Array(1024);
  added = 0;
  private readonly max: number;
  private readonly from: number;
  private readonly first: Halves = { high: 0, low: 0, next: 0 };
  private readonly second: Halves = { high: 0, low: 0, next: 0 };

  constructor(max: number, from: number) {
    this.max = max;
    this.from = from;
  }

  /** False when the line is not an entry. */
  add(bytes: Uint8Array, lineStart: number, lineEnd: number, fileOffset: number): boolean {
    const { first, second } = this;
    const startAt = behindPrefix(bytes, lineStart);
    readHex(bytes, startAt, lineEnd, first);
    if (first.next === startAt || bytes[first.next] !== SPACE) return false;
    const sizeAt = behindPrefix(bytes, first.next + 1);
    readHex(bytes, sizeAt, lineEnd, second);
    const nameAt = second.next + 1;
    if (second.next === sizeAt || bytes[second.next] !== SPACE || nameAt >= lineEnd) return false;
    const start = toNumber(first);
    const size = toNumber(second);
    if (start < 0 || size <= 0 || start + size > Number.MAX_SAFE_INTEGER) return false;
    if (this.added === this.start.length && this.added < this.max) this.grow();
    const row = this.added++ % this.max;
    this.start[row] = start;
    this.end[row] = start + size;
    this.name[row] = fileOffset + (nameAt - lineStart) - this.from;
    return true;
  }

  finish(): SymbolIndex {
    const count = Math.min(this.added, this.max);
    const order = ascendingOrder(this.start.subarray(0, count));
    const pick = <T extends Float64Array | Uint32Array>(column: T, into: T): T => {
      order.forEach((row, i) => (into[i] = column[row]!));
      return into;
    };
    return flatten({
      start: pick(this.start, new Float64Array(count)),
      end: pick(this.end, new Float64Array(count)),
      // Names stand in the file in the order of the lines, so their places say which is later.
      priority: pick(this.name, new Uint32Array(count)),
      name: pick(this.name, new Uint32Array(count)),
    });
  }

  private grow(): void {
    const capacity = Math.min(this.max, this.added * 2);
    const { start, end, name } = this;
    this.start = new Float64Array(capacity);
    this.end = new Float64Array(capacity);
    this.name = new Uint32Array(capacity);
    this.start.set(start);
    this.end.set(end);
    this.name.set(name);
  }
}

/** Some writers put `0x` in front. */
function behindPrefix(bytes: Uint8Array, at: number): number {
  return bytes[at] === 48 && (bytes[at + 1]! | 32) === 120 ? at + 2 : at;
}
