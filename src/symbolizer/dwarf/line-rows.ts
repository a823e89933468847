// LineRows: collects what a line program says; LineTable: what is kept of it, found by address.

/** Bytes per row: offset, line, column, file (wide). */
const ROW_BYTES = 4 + 4 + 2 + 4;
const SEQUENCE_BYTES = 8 + 8 + 4 + 4;
/** Offsets in a sequence take 32 bits. */
const MAX_OFFSET = 0xffff_ffff;

export interface LineTable {
  /** Sequences, ascending: first address, address behind them, first row, row behind them. */
  starts: Float64Array;
  ends: Float64Array;
  firstRows: Uint32Array;
  lastRows: Uint32Array;
  /** Rows: bytes from the start of their sequence, file, line, column (0 where unknown). */
  offsets: Uint32Array;
  files: Uint16Array | Uint32Array;
  lines: Uint32Array;
  columns: Uint16Array;
  byteLength: number;
}

/** The row that holds at an address, -1 where no sequence has it. */
export function findRow(table: LineTable, address: number): number {
  const sequence = lastNotAbove(table.starts, 0, table.starts.length, address);
  if (sequence < 0 || !(address < table.ends[sequence]!)) return -1;
  const first = table.firstRows[sequence]!;
  return lastNotAbove(table.offsets, first, table.lastRows[sequence]!, address - table.starts[sequence]!);
}

/** Index of the last value in [from, until) that is not above `wanted`; `from` - 1 where all are. */
function lastNotAbove(
  ascending: Float64Array | Uint32Array,
  from: number,
  until: number,
  wanted: number,
): number {
  let low = from;
  let high = until;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! <= wanted) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** One for all units: it grows to the largest. */
export class LineRows {
  private capacity = 1024;
  private offsets = new Uint32Array(this.capacity);
  private files = new Uint32Array(this.capacity);
  private lines = new Uint32Array(this.capacity);
  private columns = new Uint16Array(this.capacity);
  private length = 0;
  private largestFile = 0;
  private sequences: { start: number; end: number; firstRow: number; lastRow: number }[] = [];
  private firstRow = 0;
  private start = -1;
  /** Addresses from here on are none. */
  private limit = 0;

  /** `limit`: as `addressLimit` gives it. */
  begin(limit: number): void {
    this.limit = limit;
    this.length = 0;
    this.largestFile = 0;
    this.sequences = [];
    this.start = -1;
  }

  /** Of rows with one address the last holds; a row that says what the one before it says is left out. */
  add(address: number, file: number, line: number, column: number): void {
    let offset = address - this.start;
    if (this.start < 0 || !(offset >= this.lastOffset && offset <= MAX_OFFSET)) {
      // A sequence goes upwards: one that does not is as good as two.
      if (this.start >= 0) this.endSequence(this.start + this.lastOffset);
      this.start = address;
      this.firstRow = this.length;
      offset = 0;
    }
    let row = this.length;
    if (row > this.firstRow) {
      if (this.offsets[row - 1] === offset) row--;
      else if (this.says(row - 1, file, line, column)) return;
    }
    this.set(row, offset, file, line, column);
  }

  /** `address`: the first one behind the sequence. */
  endSequence(address: number): void {
    const { start, firstRow, length } = this;
    this.start = -1;
    // Linkers give discarded code the address 0, or one at the end of the address space.
    const kept = start > 0 && start < this.limit && address > start && address <= Number.MAX_SAFE_INTEGER;
    if (kept) this.sequences.push({ start, end: address, firstRow, lastRow: length });
    else this.length = firstRow;
  }

  /** Copies of what was collected. */
  finish(): LineTable {
    // A sequence that nothing ends says nothing of how far its last row holds.
    if (this.start >= 0) this.length = this.firstRow;
    const { length } = this;
    const sequences = this.sequences.sort((a, b) => a.start - b.start);
    const files = this.files.subarray(0, length);
    return {
      starts: Float64Array.from(sequences, ({ start }) => start),
      ends: Float64Array.from(sequences, ({ end }) => end),
      firstRows: Uint32Array.from(sequences, ({ firstRow }) => firstRow),
      lastRows: Uint32Array.from(sequences, ({ lastRow }) => lastRow),
      offsets: this.offsets.slice(0, length),
      files: this.largestFile > 0xffff ? files.slice() : Uint16Array.from(files),
      lines: this.lines.slice(0, length),
      columns: this.columns.slice(0, length),
      byteLength: length * ROW_BYTES + sequences.length * SEQUENCE_BYTES,
    };
  }

  private get lastOffset(): number {
    return this.length > this.firstRow ? this.offsets[this.length - 1]! : 0;
  }

  private says(row: number, file: number, line: number, column: number): boolean {
    return this.lines[row] === line && this.columns[row] === column && this.files[row] === file;
  }

  private set(row: number, offset: number, file: number, line: number, column: number): void {
    if (row === this.capacity) this.grow();
    this.offsets[row] = offset;
    this.files[row] = file;
    this.lines[row] = line;
    this.columns[row] = column;
    this.largestFile = Math.max(this.largestFile, file);
    this.length = row + 1;
  }

  private grow(): void {
    const { offsets, files, lines, columns } = this;
    this.capacity *= 2;
    this.offsets = new Uint32Array(this.capacity);
    this.files = new Uint32Array(this.capacity);
    this.lines = new Uint32Array(this.capacity);
    this.columns = new Uint16Array(this.capacity);
    this.offsets.set(offsets);
    this.files.set(files);
    this.lines.set(lines);
    this.columns.set(columns);
  }
}
