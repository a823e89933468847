// What each function used itself and with everything it called.
import type { StackTable } from '../model/stack-table.ts';
import type { FunctionTable } from './function-table.ts';
import type { StackRows } from './stack-rows.ts';
import { allRows } from './stack-rows.ts';

/** Columns by function of the table. */
export interface FunctionSums {
  /** CPU time with the function as leaf, ns. */
  selfWeightNs: Float64Array;
  /** CPU time of stacks the function is in, once per stack, ns. */
  totalWeightNs: Float64Array;
  /** Samples. */
  selfCount: Float64Array;
  totalCount: Float64Array;
}

/** Sums of some of the table's stacks. */
export function functionSums(
  table: StackTable,
  { chain, chainOffsets, functionName }: FunctionTable,
  rows: StackRows = allRows(table),
): FunctionSums {
  const column = () => new Float64Array(functionName.length);
  const sums = { selfWeightNs: column(), totalWeightNs: column(), selfCount: column(), totalCount: column() };
  // The stack that counted a function last: recursion counts once.
  const countedBy = new Int32Array(functionName.length).fill(-1);
  for (let stack = rows.from; stack < rows.until; stack++) {
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
