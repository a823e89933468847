// Some stacks of a table, as a range of its rows: one side of a comparison, or all of them.
import type { StackTable } from '../model/stack-table.ts';

/** Rows `from` (included) to `until` (excluded). */
export interface StackRows {
  from: number;
  until: number;
}

export function allRows(table: StackTable): StackRows {
  return { from: 0, until: table.count.length };
}

export interface Totals {
  /** ns */
  weightNs: number;
  /** Samples. */
  count: number;
}

/** Sums of the table's columns; weights are whole nanoseconds, exact below 2^53 (104 CPU days). */
export function tableTotals(table: StackTable, rows: StackRows = allRows(table)): Totals {
  const sum = (column: Float64Array) => column.subarray(rows.from, rows.until).reduce((a, b) => a + b, 0);
  return { weightNs: sum(table.weightNs), count: sum(table.count) };
}

/** `part` of `whole`; 0 where there is no whole. */
export function shareOf(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
