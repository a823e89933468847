// What the nodes of a path tree weigh: their own samples and those of everything below them.
import type { StackTable } from '../model/stack-table.ts';
import type { PathTree } from './path-tree.ts';
import type { StackRows } from './stack-rows.ts';
import { allRows } from './stack-rows.ts';

/** Columns by node of the tree. */
export interface NodeSums {
  /** ns */
  selfWeightNs: Float64Array;
  /** ns */
  totalWeightNs: Float64Array;
  /** Samples. */
  selfCount: Float64Array;
  totalCount: Float64Array;
}

/** Sums of some of the table's stacks. A child is numbered after its parent: one backward pass carries totals up. */
export function nodeSums(
  table: StackTable,
  { index, leaf }: PathTree,
  rows: StackRows = allRows(table),
): NodeSums {
  const selfWeightNs = new Float64Array(index.size);
  const selfCount = new Float64Array(index.size);
  for (let stack = rows.from; stack < rows.until; stack++) {
    const node = leaf[stack]!;
    if (node < 0) continue;
    selfWeightNs[node]! += table.weightNs[stack]!;
    selfCount[node]! += table.count[stack]!;
  }
  const totalWeightNs = selfWeightNs.slice();
  const totalCount = selfCount.slice();
  for (let node = index.size - 1; node > 0; node--) {
    const parent = index.parents[node]!;
    totalWeightNs[parent]! += totalWeightNs[node]!;
    totalCount[parent]! += totalCount[node]!;
  }
  return { selfWeightNs, totalWeightNs, selfCount, totalCount };
}

/** Samples and CPU time whose leaf is in a node that is not in `order`. */
export function hiddenSums(sums: NodeSums, order: Uint32Array): { count: number; weightNs: number } {
  const shown = new Uint8Array(sums.selfCount.length);
  for (const node of order) shown[node] = 1;
  const hidden = { count: 0, weightNs: 0 };
  shown.forEach((isShown, node) => {
    if (isShown === 1) return;
    hidden.count += sums.selfCount[node]!;
    hidden.weightNs += sums.selfWeightNs[node]!;
  });
  return hidden;
}
