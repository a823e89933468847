// The functions table: what each function used itself and with everything it called.
import type { StackTable } from '../model/stack-table.ts';
import { functionSums } from './function-sums.ts';
import { functionTable } from './function-table.ts';
import { shareOf, tableTotals } from './stack-rows.ts';

export interface FunctionRow {
  name: string;
  /** Path of the object. */
  object: string;
  /** Source file, '' where unknown. */
  file: string;
  /** CPU time with the function as leaf, ns. */
  self: number;
  /** CPU time of stacks the function is in (once per stack, however often it recurs), ns. */
  total: number;
  selfCount: number;
  totalCount: number;
  /** Over the table's total; 0 when that is 0. */
  selfShare: number;
  totalShare: number;
}

/** What `/api/v1/top` answers. */
export interface TopTable {
  unit: 'nanoseconds';
  total: number;
  totalCount: number;
  functions: FunctionRow[];
  /** Functions beyond the limit: how many, the samples that have their leaf in them, and the share of CPU time. */
  hidden: { functions: number; count: number; share: number };
}

export interface TopOptions {
  /** Rows at most; everything by default. */
  limit?: number;
  sortBy?: 'self' | 'total';
}

export function topFunctions(table: StackTable, options: TopOptions = {}): TopTable {
  const functions = functionTable(table);
  const sums = functionSums(table, functions);
  const totals = tableTotals(table);
  const share = (weightNs: number) => shareOf(weightNs, totals.weightNs);
  const [first, second] =
    options.sortBy === 'total'
      ? [sums.totalWeightNs, sums.selfWeightNs]
      : [sums.selfWeightNs, sums.totalWeightNs];
  // A table that was cut to a path keeps the functions that are nowhere below it.
  const order = Uint32Array.from(functions.functionName, (_, fn) => fn)
    .filter((fn) => sums.totalCount[fn]! > 0)
    .sort((a, b) => first[b]! - first[a]! || second[b]! - second[a]! || a - b);
  const limit = Math.max(0, Math.floor(options.limit ?? Infinity));
  const rows = [...order.subarray(0, limit)].map((fn) => ({
    name: functions.names[functions.functionName[fn]!]!,
    object: functions.objects[functions.functionObject[fn]!]!,
    file: functions.functionFile[fn]!,
    self: sums.selfWeightNs[fn]!,
    total: sums.totalWeightNs[fn]!,
    selfCount: sums.selfCount[fn]!,
    totalCount: sums.totalCount[fn]!,
    selfShare: share(sums.selfWeightNs[fn]!),
    totalShare: share(sums.totalWeightNs[fn]!),
  }));
  const cut = order.subarray(limit);
  return {
    unit: 'nanoseconds',
    total: totals.weightNs,
    totalCount: totals.count,
    functions: rows,
    hidden: {
      functions: cut.length,
      count: cut.reduce((sum, fn) => sum + sums.selfCount[fn]!, 0),
      share: share(cut.reduce((sum, fn) => sum + sums.selfWeightNs[fn]!, 0)),
    },
  };
}
