// JitdumpEntries: pieces of code that a jitdump tells of, in the order of the file, as columns that grow.

/** Where a piece of code has no record of lines: no record begins at 0. */
export const NO_LINES = 0;
const FIRST_ENTRIES = 256;

export interface JitdumpEntry {
  /** Address of the code. */
  start: number;
  /** Offset in the file of the JIT_CODE_LOAD record. */
  loadedAt: number;
  /** Offset in the file of the JIT_CODE_DEBUG_INFO record, or `NO_LINES`. */
  linesAt: number;
  /** The writer's own number of the code (`code_index`). */
  codeIndex: number;
}

export class JitdumpEntries {
  length = 0;
  private start: Float64Array = new Float64Array(FIRST_ENTRIES);
  private loadedAt: Float64Array = new Float64Array(FIRST_ENTRIES);
  private linesAt: Float64Array = new Float64Array(FIRST_ENTRIES);
  private codeIndex: Float64Array = new Float64Array(FIRST_ENTRIES);
  /** Made when code moves for the first time, since hardly any does. */
  private byCodeIndex: Map<number, number> | null = null;

  get byteLength(): number {
    return this.start.length * 4 * 8 + (this.byCodeIndex?.size ?? 0) * 40;
  }

  /** Gives the entry's number. */
  add({ start, loadedAt, linesAt, codeIndex }: JitdumpEntry): number {
    if (this.length === this.start.length) this.grow();
    const entry = this.length++;
    this.start[entry] = start;
    this.loadedAt[entry] = loadedAt;
    this.linesAt[entry] = linesAt;
    this.codeIndex[entry] = codeIndex;
    this.byCodeIndex?.set(codeIndex, entry);
    return entry;
  }

  get(entry: number): JitdumpEntry {
    return {
      start: this.start[entry]!,
      loadedAt: this.loadedAt[entry]!,
      linesAt: this.linesAt[entry]!,
      codeIndex: this.codeIndex[entry]!,
    };
  }

  /** The latest with the writer's number; undefined where there is none. */
  withCodeIndex(codeIndex: number): JitdumpEntry | undefined {
    if (this.byCodeIndex === null) {
      this.byCodeIndex = new Map();
      for (let entry = 0; entry < this.length; entry++) this.byCodeIndex.set(this.codeIndex[entry]!, entry);
    }
    const entry = this.byCodeIndex.get(codeIndex);
    return entry === undefined ? undefined : this.get(entry);
  }

  /** Keeps the entries that `used` marks, in their order; gives the new number of each. */
  compact(used: Uint8Array): Uint32Array {
    const numbers = new Uint32Array(this.length);
    let kept = 0;
    for (let entry = 0; entry < numbers.length; entry++) {
      if (used[entry] === 0) continue;
      for (const column of [this.start, this.loadedAt, this.linesAt, this.codeIndex])
        column[kept] = column[entry]!;
      numbers[entry] = kept++;
    }
    this.length = kept;
    this.byCodeIndex = null;
    this.resize(Math.max(FIRST_ENTRIES, kept));
    return numbers;
  }

  clear(): void {
    this.compact(new Uint8Array(this.length));
  }

  private grow(): void {
    this.resize(this.length * 2);
  }

  private resize(capacity: number): void {
    const resized = (column: Float64Array): Float64Array => {
      const to = new Float64Array(capacity);
      to.set(column.subarray(0, this.length));
      return to;
    };
    this.start = resized(this.start);
    this.loadedAt = resized(this.loadedAt);
    this.linesAt = resized(this.linesAt);
    this.codeIndex = resized(this.codeIndex);
  }
}
