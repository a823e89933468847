// From FDEs in any order, which may overlap, to one rule for each place of the file.
import { ascendingOrder } from '../binary/address-sort.ts';
import type { FdeColumns } from './fde-columns.ts';

/** Takes places in ascending order: from `offset` on, until the next, `rule` holds; 0 where no FDE covers it. */
export type RuleSink = (offset: number, rule: number) => void;

/**
 * Where FDEs overlap the one that starts last holds, as a search in .eh_frame_hdr would find it; of those that start
 * at one place the last in the file. Where it ends, the one that it interrupted goes on (an unwinder that searches
 * finds nothing there). Linear in FDEs and rows once they are sorted, however deep they nest.
 */
export function flattenFdes(fdes: FdeColumns, sink: RuleSink): void {
  const sweep = new Sweep(fdes, sink);
  for (const fde of ascendingOrder(fdes.start.subarray(0, fdes.count))) {
    sweep.advance(fdes.start[fde]!);
    sweep.open(fde);
  }
  sweep.advance(Infinity);
}

class Sweep {
  private readonly fdes: FdeColumns;
  private readonly sink: RuleSink;
  /** FDEs that have begun and not ended, by start: the last one holds. Further in may be some that have ended. */
  private readonly active: number[] = [];
  /** Per FDE: the row that holds at the place where it was left. */
  private readonly row: Uint32Array;
  private position = 0;

  constructor(fdes: FdeColumns, sink: RuleSink) {
    this.fdes = fdes;
    this.sink = sink;
    this.row = fdes.firstRow.slice(0, fdes.count);
  }

  open(fde: number): void {
    this.active.push(fde);
  }

  advance(until: number): void {
    while (this.active.length > 0 && this.position < until) {
      const fde = this.active[this.active.length - 1]!;
      const end = this.fdes.end[fde]!;
      if (end > this.position) this.emit(fde, Math.min(end, until));
      if (end <= this.position) this.active.pop();
    }
    if (this.active.length > 0 || this.position >= until) return;
    if (this.position > 0) this.sink(this.position, 0);
    this.position = until;
  }

  /** The rows of an FDE from the position to `until`, which is the position then. */
  private emit(fde: number, until: number): void {
    const { rowStart, rowRule, firstRow } = this.fdes;
    const last = firstRow[fde + 1]! - 1;
    let row = this.row[fde]!;
    while (row < last && rowStart[row + 1]! <= this.position) row++;
    this.sink(this.position, rowRule[row]!);
    while (row < last && rowStart[row + 1]! < until) {
      row++;
      this.sink(rowStart[row]!, rowRule[row]!);
    }
    this.row[fde] = row;
    this.position = until;
  }
}
