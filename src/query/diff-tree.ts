// The call trees of two windows merged into one, by path: every node with what either side spent in it.
import type { ComparedSide, Comparison } from './diff.ts';
import type { NodeSums } from './node-sums.ts';
import { hiddenSums, nodeSums } from './node-sums.ts';
import type { PathOptions } from './path-tree.ts';
import { nodeColumns, pathTree } from './path-tree.ts';
import { shownNodes } from './shown-nodes.ts';

export interface DiffTreeOptions extends PathOptions {
  /** Keep the nodes that are heaviest on either side, with all their ancestors; everything by default. */
  maxNodes?: number;
}

/** Columns of one side; one entry per node. */
export interface DiffNodeSide {
  /** CPU time with the node as leaf, ns. */
  self: number[];
  /** CPU time of the node and all below it, ns. */
  total: number[];
  /** Samples of `total`. */
  count: number[];
  /** `total` over the side's whole CPU time. */
  share: number[];
  /** `total` per second of the window, in CPUs. */
  rate: number[];
}

/** The part of `/api/v1/diff` that is the tree; node 0 is the root, nodes lie in depth-first order. */
export interface DiffTree {
  names: string[];
  /** Paths; index 0 is '' (root and groups have no object). */
  objects: string[];
  /** Source files; index 0 is ''. */
  files: string[];
  nodes: {
    /** Node index; -1 for the root. */
    parent: number[];
    /** Index into `names`. */
    name: number[];
    /** Index into `objects`. */
    object: number[];
    /** Index into `files`; where the left side has the node, of its heaviest stack. */
    file: number[];
    /** Line in that file; 0 where unknown. */
    line: number[];
    left: DiffNodeSide;
    right: DiffNodeSide;
    /** Right minus left of `total`, on the scale of the comparison. */
    change: number[];
    /** Not worked out yet. */
    significance: null;
  };
  hidden: { nodes: number; left: HiddenSide; right: HiddenSide };
}

/** What is in nodes that are not shown: samples with their leaf there, and their share of the side's CPU time. */
export interface HiddenSide {
  count: number;
  share: number;
}

/** Children are ordered by the larger of their two sides, on the scale of the comparison. */
export function diffTrees(comparison: Comparison, options: DiffTreeOptions = {}): DiffTree {
  const { table, functions, left, right } = comparison;
  const tree = pathTree(table, functions, options);
  const [before, after] = [nodeSums(table, tree, left.rows), nodeSums(table, tree, right.rows)];
  const weights = {
    weight: larger(left, before, right, after),
    then: before.totalCount.map((count, node) => count + after.totalCount[node]!),
  };
  const order = shownNodes(tree.index.parents, weights, options.maxNodes);
  const { names, objects, files, parent, name, object, file, line } = nodeColumns(tree, order);
  return {
    names,
    objects,
    files,
    nodes: {
      parent: [...parent],
      name: [...name],
      object: [...object],
      file: [...file],
      line: [...line],
      left: sideColumns(left, before, order),
      right: sideColumns(right, after, order),
      change: Array.from(
        order,
        (node) => right.normalized(after.totalWeightNs[node]!) - left.normalized(before.totalWeightNs[node]!),
      ),
      significance: null,
    },
    hidden: {
      nodes: tree.index.size - order.length,
      left: hiddenSide(left, before, order),
      right: hiddenSide(right, after, order),
    },
  };
}

/** A parent has no less than its child on either side, so neither has it less of the larger one. */
function larger(left: ComparedSide, before: NodeSums, right: ComparedSide, after: NodeSums): Float64Array {
  return before.totalWeightNs.map((weightNs, node) =>
    Math.max(left.normalized(weightNs), right.normalized(after.totalWeightNs[node]!)),
  );
}

function sideColumns(side: ComparedSide, sums: NodeSums, order: Uint32Array): DiffNodeSide {
  const shown = (column: Float64Array) => Array.from(order, (node) => column[node]!);
  const total = shown(sums.totalWeightNs);
  return {
    self: shown(sums.selfWeightNs),
    total,
    count: shown(sums.totalCount),
    share: total.map((weightNs) => side.share(weightNs)),
    rate: total.map((weightNs) => side.rate(weightNs)),
  };
}

function hiddenSide(side: ComparedSide, sums: NodeSums, order: Uint32Array): HiddenSide {
  const { count, weightNs } = hiddenSums(sums, order);
  return { count, share: side.share(weightNs) };
}
