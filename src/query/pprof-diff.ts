// A diff as one pprof file: what `go tool pprof -diff_base left right` works on, and saves.
import type { TimeRange } from '../model/selector.ts';
import type { StackTable } from '../model/stack-table.ts';
import type { Normalization } from './diff.ts';
import { encodePprof } from './pprof.ts';
import type { StackRows, Totals } from './stack-rows.ts';
import { tableTotals } from './stack-rows.ts';
import { pairTables } from './table-pair.ts';

export interface PprofDiffSide {
  table: StackTable;
  range: TimeRange;
}

export interface PprofDiffOptions {
  /** `none` by default; `share` is pprof's own `-normalize`: right scaled to the totals of left. */
  normalize?: Normalization;
  /** Key of the per-sample label that carries the tables' group values. Needs tables that were grouped. */
  groupBy?: string;
}

/**
 * Left's samples are negated and carry the label by which pprof knows a base (`Profile.SetLabel` in its
 * internal/driver/fetch.go): it gives percentages of them alone. Like a merge of pprof's the file begins with the
 * earlier window and lasts as long as both.
 */
export async function encodePprofDiff(
  left: PprofDiffSide,
  right: PprofDiffSide,
  options: PprofDiffOptions = {},
): Promise<Uint8Array> {
  const pair = pairTables(left.table, right.table);
  const fromMs = Math.min(left.range.fromMs, right.range.fromMs);
  const table = scaled(pair.table, pair.left, { weightNs: -1, count: -1 });
  const ratio = rightRatio(left, right, options.normalize ?? 'none');
  return encodePprof(scaled(table, pair.right, ratio), {
    range: { fromMs, untilMs: fromMs + lengthMs(left.range) + lengthMs(right.range) },
    base: pair.left,
    ...(options.groupBy === undefined ? {} : { groupBy: options.groupBy }),
  });
}

/** What right's values are multiplied by, so that they are on the scale of left's. */
function rightRatio(left: PprofDiffSide, right: PprofDiffSide, normalize: Normalization): Totals {
  if (normalize === 'none') return { weightNs: 1, count: 1 };
  if (normalize === 'core-seconds') {
    const ratio = lengthMs(left.range) / lengthMs(right.range);
    return { weightNs: ratio, count: ratio };
  }
  const [base, source] = [tableTotals(left.table), tableTotals(right.table)];
  return {
    weightNs: source.weightNs > 0 ? base.weightNs / source.weightNs : 0,
    count: source.count > 0 ? base.count / source.count : 0,
  };
}

function scaled(table: StackTable, rows: StackRows, by: Totals): StackTable {
  const times = (column: Float64Array, factor: number) =>
    column.map((value, row) => (row >= rows.from && row < rows.until ? value * factor : value));
  return {
    ...table,
    weightNs: times(table.weightNs, by.weightNs),
    count: times(table.count, by.count),
  };
}

function lengthMs({ fromMs, untilMs }: TimeRange): number {
  return untilMs - fromMs;
}
