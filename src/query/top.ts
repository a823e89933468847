// The functions table: what each function used itself and with everything it called.
import type { StackTable } from '../model/stack-table.ts';
import type { FunctionTable } from './function-table.ts';
import { functionTable, tableTotals } from './function-table.ts';

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
  const sums = sumFunctions(table, functions);
  const totals = tableTotals(table);
  const share = (weightNs: number) => (totals.weightNs > 0 ? weightNs / totals.weightNs : 0);
  const [first, second] =
    options.sortBy === 'total'
      ? [sums.totalWeightNs, sums.selfWeightNs]
      : [sums.selfWeightNs, sums.totalWeightNs];
  const order = Uint32Array.from(functions.functionName, (_, fn) => fn).sort(
    (a, b) => first[b]! - first[a]! || second[b]! - second[a]! || a - b,
  );
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

interface FunctionSums {
  selfWeightNs: Float64Array;
  totalWeightNs: Float64Array;
  selfCount: Float64Array;
  totalCount: Float64Array;
}

function sumFunctions(table: StackTable, { chain, chainOffsets, functionName }: FunctionTable): FunctionSums {
  const column = () => new Float64Array(functionName.length);
  const sums = { selfWeightNs: column(), totalWeightNs: column(), selfCount: column(), totalCount: column() };
  // The stack that counted a function last: recursion counts once.
  const countedBy = new Int32Array(functionName.length).fill(-1);
  for (let stack = 0; stack < table.count.length; stack++) {
    const weightNs = table.weightNs[stack]!;
    const count = table.count[stack]!;
    const start = table.offsets[stack]!;
    for (let at = start; at < table.offsets[stack + 1]!; at++) {
      const location = table.stackLocations[at]!;
      for (let link = chainOffsets[location]!; link < chainOffsets[location + 1]!; link++) {
        const fn = chain[link]!;
        if (at === start && link === chainOffsets[location]!) {
          sums.selfWeightNs[fn]! += weightNs;
          sums.selfCount[fn]! += count;
        }
        if (countedBy[fn] === stack) continue;
        countedBy[fn] = stack;
        sums.totalWeightNs[fn]! += weightNs;
        sums.totalCount[fn]! += count;
      }
    }
  }
  return sums;
}
