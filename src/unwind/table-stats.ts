// What a table covers: all of it is told by its bytes, so a table from the cache is as well described as a new one.
import type { UnsupportedReason } from './rule.ts';
import { unsupportedReason, type UnwindTable } from './unwind-table.ts';

/** Bytes are of the file. */
export interface TableStats {
  rows: number;
  rules: number;
  /** With a rule, or with the reason why there is none. */
  coveredBytes: number;
  /** In executable segments, and not covered: code without call frame information, padding, read-only data. */
  gapBytes: number;
  /** Covered, with a rule that the format cannot express. */
  unsupportedBytes: Partial<Record<UnsupportedReason, number>>;
}

export function tableStats(table: UnwindTable): TableStats {
  const bytesOf = new Float64Array(table.ruleCount);
  table.forEachRange((start, end, rule) => {
    bytesOf[rule]! += end - start;
  });
  const unsupportedBytes: TableStats['unsupportedBytes'] = {};
  let coveredBytes = 0;
  for (let rule = 1; rule < bytesOf.length; rule++) {
    coveredBytes += bytesOf[rule]!;
    const reason = unsupportedReason(table.rule(rule));
    if (reason !== null) unsupportedBytes[reason] = (unsupportedBytes[reason] ?? 0) + bytesOf[rule]!;
  }
  return {
    rows: table.rowCount,
    rules: table.ruleCount,
    coveredBytes,
    gapBytes: Math.max(0, table.codeBytes - coveredBytes),
    unsupportedBytes,
  };
}
