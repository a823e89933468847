// What each function used itself and with everything it called.
import type { CallerTree, StackTable } from '../model/stack-table.ts';
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
  functions: FunctionTable,
  rows: StackRows = allRows(table),
): FunctionSums {
  const column = () => new Float64Array(functions.functionName.length);
  const sums = { selfWeightNs: column(), totalWeightNs: column(), selfCount: column(), totalCount: column() };
  if (table.callers === undefined) addStacks(sums, table, functions, rows);
  else addCallers(sums, table, table.callers, functions, rows);
  return sums;
}

function addStacks(
  sums: FunctionSums,
  table: StackTable,
  { chain, chainOffsets, functionName }: FunctionTable,
  rows: StackRows,
): void {
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
}

/** The same of stacks that share their callers: each node is gone through once, with all that is below it. */
function addCallers(
  sums: FunctionSums,
  table: StackTable,
  callers: CallerTree,
  { chain, chainOffsets, functionName }: FunctionTable,
  rows: StackRows,
): void {
  const { parent, location, leaf } = callers;
  const below = { weightNs: new Float64Array(parent.length), count: new Float64Array(parent.length) };
  for (let stack = rows.from; stack < rows.until; stack++) {
    const node = leaf[stack]!;
    if (node < 0) continue;
    below.weightNs[node]! += table.weightNs[stack]!;
    below.count[node]! += table.count[stack]!;
  }
  parent.forEach((_, node) => {
    const fn = chain[chainOffsets[location[node]!]!]!;
    sums.selfWeightNs[fn]! += below.weightNs[node]!;
    sums.selfCount[fn]! += below.count[node]!;
  });
  for (let node = parent.length - 1; node >= 0; node--) {
    const caller = parent[node]!;
    if (caller < 0) continue;
    below.weightNs[caller]! += below.weightNs[node]!;
    below.count[caller]! += below.count[node]!;
  }
  // How often each function is among the callers of the node that is looked at: recursion counts once.
  const entered = new Uint32Array(functionName.length);
  const counted = below.count.map((count, node) => Math.max(count, below.weightNs[node]!));
  eachNode(parent, counted, (node, leaving) => {
    for (let link = chainOffsets[location[node]!]!; link < chainOffsets[location[node]! + 1]!; link++) {
      const fn = chain[link]!;
      if (leaving) entered[fn]!--;
      else if (entered[fn]!++ === 0) {
        sums.totalWeightNs[fn]! += below.weightNs[node]!;
        sums.totalCount[fn]! += below.count[node]!;
      }
    }
  });
}

/** Nodes in depth-first order, each before and after those that it calls; without those that weigh nothing. */
function eachNode(
  parent: Int32Array,
  weight: Float64Array,
  visit: (node: number, leaving: boolean) => void,
): void {
  const firstCalled = new Int32Array(parent.length).fill(-1);
  const nextSibling = new Int32Array(parent.length).fill(-1);
  let outermost = -1;
  for (let node = parent.length - 1; node >= 0; node--) {
    if (weight[node] === 0) continue;
    const caller = parent[node]!;
    nextSibling[node] = caller < 0 ? outermost : firstCalled[caller]!;
    if (caller < 0) outermost = node;
    else firstCalled[caller] = node;
  }
  for (let node = outermost; node >= 0;) {
    visit(node, false);
    if (firstCalled[node]! >= 0) {
      node = firstCalled[node]!;
      continue;
    }
    while (node >= 0) {
      visit(node, true);
      if (nextSibling[node]! >= 0) break;
      node = parent[node]!;
    }
    if (node >= 0) node = nextSibling[node]!;
  }
}
