// Call trees: a StackTable merged by path from the root, as columns. Roots first, leaves last, inlined calls shown.
import type { StackTable } from '../model/stack-table.ts';
import { functionTable } from './function-table.ts';
import { hiddenSums, nodeSums } from './node-sums.ts';
import type { NodeColumns, PathOptions } from './path-tree.ts';
import { nodeColumns, pathTree } from './path-tree.ts';
import { shownNodes } from './shown-nodes.ts';
import { shareOf, tableTotals } from './stack-rows.ts';

/** Columns; `n` nodes in depth-first order, a node's children by falling total. Node 0 is the root. */
export interface CallTree extends NodeColumns {
  /** Of the whole table, whatever `root` selects and `maxNodes` cuts. */
  totalWeightNs: number;
  totalCount: number;
  selfWeightNs: Float64Array;
  totalNodeWeightNs: Float64Array;
  selfCount: Float64Array;
  totalNodeCount: Float64Array;
  hidden: HiddenNodes;
}

/** What `maxNodes` cut: every node shown still has its exact self and total. */
export interface HiddenNodes {
  nodes: number;
  /** Samples whose leaf is in a node that is not shown. */
  count: number;
  /** Their weight over the total of the root node shown; 0 when that is 0. */
  share: number;
}

export interface CallTreeOptions extends PathOptions {
  /** Keep the heaviest nodes (with all their ancestors); at least 1. Everything by default. */
  maxNodes?: number;
}

/** What `/api/v1/flamegraph` answers; values of `self` and `total` are in `unit`, `count` in samples. */
export interface FlamegraphJson {
  unit: 'nanoseconds';
  total: number;
  totalCount: number;
  names: string[];
  objects: string[];
  files: string[];
  tiers: string[];
  nodes: {
    parent: number[];
    name: number[];
    object: number[];
    file: number[];
    line: number[];
    tier: number[];
    self: number[];
    total: number[];
    count: number[];
  };
  hidden: HiddenNodes;
}

export function flamegraphJson(tree: CallTree): FlamegraphJson {
  return {
    unit: 'nanoseconds',
    total: tree.totalWeightNs,
    totalCount: tree.totalCount,
    names: tree.names,
    objects: tree.objects,
    files: tree.files,
    tiers: tree.tiers,
    nodes: {
      parent: [...tree.parent],
      name: [...tree.name],
      object: [...tree.object],
      file: [...tree.file],
      line: [...tree.line],
      tier: [...tree.tier],
      self: [...tree.selfWeightNs],
      total: [...tree.totalNodeWeightNs],
      count: [...tree.totalNodeCount],
    },
    hidden: tree.hidden,
  };
}

export function callTree(table: StackTable, options: CallTreeOptions = {}): CallTree {
  const tree = pathTree(table, functionTable(table), options);
  const sums = nodeSums(table, tree);
  const weights = { weight: sums.totalWeightNs, then: sums.totalCount };
  const order = shownNodes(tree.index.parents, weights, options.maxNodes);
  const shown = (column: Float64Array) => Float64Array.from(order, (node) => column[node]!);
  const totals = tableTotals(table);
  const hidden = hiddenSums(sums, order);
  return {
    totalWeightNs: totals.weightNs,
    totalCount: totals.count,
    ...nodeColumns(tree, order),
    selfWeightNs: shown(sums.selfWeightNs),
    totalNodeWeightNs: shown(sums.totalWeightNs),
    selfCount: shown(sums.selfCount),
    totalNodeCount: shown(sums.totalCount),
    hidden: {
      nodes: tree.index.size - order.length,
      count: hidden.count,
      share: shareOf(hidden.weightNs, sums.totalWeightNs[0]!),
    },
  };
}
