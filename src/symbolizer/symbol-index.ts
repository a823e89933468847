// SymbolIndex: disjoint address ranges, found by bisection, each with the place of its name.
import { firstNotBelow } from '../binary/bisect.ts';

/** Ranges that may overlap, as a symbol table or a perf map has them. Columns; sorted ascending by `start`. */
export interface Spans {
  start: Float64Array;
  /** Exclusive. */
  end: Float64Array;
  /** Where spans overlap the highest wins. */
  priority: Uint32Array;
  name: Uint32Array;
}

/** Bytes per range: start, size, name. */
const ROW_BYTES = 8 + 4 + 4;
const MAX_SIZE = 0xffff_ffff;

export class SymbolIndex {
  readonly starts: Float64Array;
  readonly sizes: Uint32Array;
  readonly names: Uint32Array;
  private readonly continued: Continuations;

  /** `starts` ascending; no range reaches into the next. */
  constructor(
    starts: Float64Array,
    sizes: Uint32Array,
    names: Uint32Array,
    continued: Continuations = { rows: new Uint32Array(0), starts: new Float64Array(0) },
  ) {
    this.starts = starts;
    this.sizes = sizes;
    this.names = names;
    this.continued = continued;
  }

  get length(): number {
    return this.starts.length;
  }

  get byteLength(): number {
    return this.starts.length * ROW_BYTES + this.continued.rows.length * (4 + 8);
  }

  /** The name's place for the range that covers the address, or -1. */
  find(address: number): number {
    const row = this.row(address);
    return row < 0 ? -1 : this.names[row]!;
  }

  /** The range that covers the address: a number for `nameOf` and `startOf`, or -1. */
  row(address: number): number {
    let low = 0;
    let high = this.starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.starts[middle]! <= address) low = middle + 1;
      else high = middle;
    }
    // A NaN compares false everywhere: `low` is 0 then, or the last comparison below fails.
    if (low === 0) return -1;
    return address - this.starts[low - 1]! < this.sizes[low - 1]! ? low - 1 : -1;
  }

  nameOf(row: number): number {
    return this.names[row]!;
  }

  /** Where the span begins that the range is of, which may be before the range. */
  startOf(row: number): number {
    const { rows, starts } = this.continued;
    const at = firstNotBelow(rows, row);
    return rows[at] === row ? starts[at]! : this.starts[row]!;
  }
}

/** The few ranges that continue a span behind one nested in it: rows, ascending, and where their spans begin. */
interface Continuations {
  rows: Uint32Array;
  starts: Float64Array;
}

/**
 * Flattens overlapping spans: every address belongs to the highest priority that covers it.
 *
 *     outer  [0 ················ 100)  priority 0        [0,20) outer
 *     inner        [20 ··· 60)         priority 1   →    [20,60) inner
 *                                                        [60,100) outer
 */
export function flatten(spans: Spans): SymbolIndex {
  const { start, end, priority, name } = spans;
  const rows = new Rows(start.length);
  const open = new SpanHeap(priority);
  let next = 0;
  let position = 0;
  while (next < start.length || open.size > 0) {
    if (open.size === 0) position = start[next]!;
    while (next < start.length && start[next]! <= position) open.push(next++);
    while (open.size > 0 && end[open.top]! <= position) open.pop();
    if (open.size === 0) continue;
    const until = next < start.length ? Math.min(end[open.top]!, start[next]!) : end[open.top]!;
    rows.add(position, until, name[open.top]!, start[open.top]!);
    position = until;
  }
  return rows.finish();
}

/** Growing columns. There are at most twice as many ranges as spans, and nearly always as many. */
class Rows {
  private starts: Float64Array;
  private sizes: Uint32Array;
  private names: Uint32Array;
  private readonly continuedRows: number[] = [];
  private readonly continuedStarts: number[] = [];
  private length = 0;
  private end = -1;
  private spanStart = -1;

  constructor(capacity: number) {
    this.starts = new Float64Array(capacity);
    this.sizes = new Uint32Array(capacity);
    this.names = new Uint32Array(capacity);
  }

  add(start: number, end: number, name: number, spanStart: number): void {
    const last = this.length - 1;
    if (start === this.end && this.names[last] === name && spanStart === this.spanStart) {
      this.sizes[last] = Math.min(MAX_SIZE, end - this.starts[last]!);
    } else {
      if (this.length === this.starts.length) this.grow();
      if (spanStart !== start) {
        this.continuedRows.push(this.length);
        this.continuedStarts.push(spanStart);
      }
      this.starts[this.length] = start;
      this.sizes[this.length] = Math.min(MAX_SIZE, end - start);
      this.names[this.length++] = name;
    }
    this.end = end;
    this.spanStart = spanStart;
  }

  finish(): SymbolIndex {
    const continued = {
      rows: Uint32Array.from(this.continuedRows),
      starts: Float64Array.from(this.continuedStarts),
    };
    const { starts, sizes, names, length } = this;
    if (length === starts.length) return new SymbolIndex(starts, sizes, names, continued);
    return new SymbolIndex(
      starts.slice(0, length),
      sizes.slice(0, length),
      names.slice(0, length),
      continued,
    );
  }

  private grow(): void {
    const capacity = Math.ceil(this.length * 1.5) + 16;
    const [starts, sizes, names] = [this.starts, this.sizes, this.names];
    this.starts = new Float64Array(capacity);
    this.sizes = new Uint32Array(capacity);
    this.names = new Uint32Array(capacity);
    this.starts.set(starts);
    this.sizes.set(sizes);
    this.names.set(names);
  }
}

/** Binary heap of span indices, the highest priority on top. */
class SpanHeap {
  private readonly priority: Uint32Array;
  private readonly heap: number[] = [];

  constructor(priority: Uint32Array) {
    this.priority = priority;
  }

  get size(): number {
    return this.heap.length;
  }

  get top(): number {
    return this.heap[0]!;
  }

  push(span: number): void {
    const { heap } = this;
    let at = heap.push(span) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.rank(parent) >= this.rank(at)) return;
      this.swap(parent, at);
      at = parent;
    }
  }

  pop(): void {
    const { heap } = this;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    heap[0] = last;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) return;
      if (child + 1 < heap.length && this.rank(child + 1) > this.rank(child)) child++;
      if (this.rank(at) >= this.rank(child)) return;
      this.swap(at, child);
      at = child;
    }
  }

  private rank(at: number): number {
    return this.priority[this.heap[at]!]!;
  }

  private swap(a: number, b: number): void {
    const kept = this.heap[a]!;
    this.heap[a] = this.heap[b]!;
    this.heap[b] = kept;
  }
}
