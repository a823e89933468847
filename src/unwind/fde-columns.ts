// FdeColumns: the rows of many FDEs in the order of the file, as columns that grow.
import { BinaryFormatError } from '../binary/binary-format-error.ts';

const FIRST_FDES = 1024;
const FIRST_ROWS = 8192;
/** libLLVM has 950,000, Chromium with all its symbols 6 million. */
const MAX_ROWS = 1 << 24;

export class FdeColumns {
  /** FDEs so far. */
  count = 0;
  rows = 0;
  /** Per FDE: file offsets of its first byte and behind its last. As numbers: they are sorted by `ascendingOrder`. */
  start = new Float64Array(FIRST_FDES);
  end = new Float64Array(FIRST_FDES);
  /** Per FDE: its first row; its last is before the next FDE's first. */
  firstRow = new Uint32Array(FIRST_FDES);
  /** Per row: file offset from which on it holds (below 4 GiB), and its rule. */
  rowStart = new Uint32Array(FIRST_ROWS);
  rowRule = new Uint16Array(FIRST_ROWS);

  /** Rows pushed from here on are this FDE's. Its first row has to be at `start`. */
  beginFde(start: number, end: number): void {
    if (this.count + 1 >= this.start.length) this.growFdes();
    const at = this.count++;
    this.start[at] = start;
    this.end[at] = end;
    this.firstRow[at] = this.rows;
    this.firstRow[this.count] = this.rows;
  }

  /** Throws `BinaryFormatError` when there are too many. */
  pushRow(offset: number, rule: number): void {
    if (this.rows === this.rowStart.length) this.growRows();
    this.rowStart[this.rows] = offset;
    this.rowRule[this.rows] = rule;
    this.firstRow[this.count] = ++this.rows;
  }

  private growFdes(): void {
    const length = this.start.length * 2;
    this.start = grown(this.start, new Float64Array(length));
    this.end = grown(this.end, new Float64Array(length));
    this.firstRow = grown(this.firstRow, new Uint32Array(length));
  }

  private growRows(): void {
    if (this.rows >= MAX_ROWS)
      throw new BinaryFormatError('limit', 'unwind rows', 0, `more than ${MAX_ROWS}`);
    const length = this.rowStart.length * 2;
    this.rowStart = grown(this.rowStart, new Uint32Array(length));
    this.rowRule = grown(this.rowRule, new Uint16Array(length));
  }
}

function grown<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from);
  return to;
}
