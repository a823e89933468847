// Call trees: a StackTable merged by path from the root, as columns. Roots first, leaves last, inlined calls shown.
import type { StackTable } from '../model/stack-table.ts';
import { ChildIndex } from './child-index.ts';
import type { FunctionTable } from './function-table.ts';
import { functionTable, Interner, tableTotals } from './function-table.ts';

/** Columns; `n` nodes in depth-first order, a node's children by falling total. Node 0 is the root. */
export interface CallTree {
  /** Of the whole table, whatever `root` selects and `maxNodes` cuts. */
  totalWeightNs: number;
  totalCount: number;
  names: string[];
  /** Paths of objects; index 0 is '' (root and groups have no object). */
  objects: string[];
  /** Node index; -1 for the root (n). */
  parent: Int32Array;
  /** Index into `names` (n). */
  name: Uint32Array;
  /** Index into `objects` (n). */
  object: Uint32Array;
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

export interface CallTreeOptions {
  /** Keep the heaviest nodes (with all their ancestors); at least 1. Everything by default. */
  maxNodes?: number;
  /** Frame names from the outermost: only stacks that begin so, and the tree's node 0 is the last of them. */
  root?: readonly string[];
  /** Make the table's group values the first level. Needs a table that was grouped. */
  groupBy?: boolean;
}

/** What `/api/v1/flamegraph` answers; values of `self` and `total` are in `unit`, `count` in samples. */
export interface FlamegraphJson {
  unit: 'nanoseconds';
  total: number;
  totalCount: number;
  names: string[];
  objects: string[];
  nodes: {
    parent: number[];
    name: number[];
    object: number[];
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
    nodes: {
      parent: [...tree.parent],
      name: [...tree.name],
      object: [...tree.object],
      self: [...tree.selfWeightNs],
      total: [...tree.totalNodeWeightNs],
      count: [...tree.totalNodeCount],
    },
    hidden: tree.hidden,
  };
}

export const ROOT_NAME = 'all';

export function callTree(table: StackTable, options: CallTreeOptions = {}): CallTree {
  const functions = functionTable(table);
  const merged = mergeStacks(table, functions, options);
  const nodes = sumUp(table, merged);
  const order = shownNodes(nodes, Math.max(1, Math.floor(options.maxNodes ?? Infinity)));
  return shownTree(table, functions, merged, nodes, order);
}

interface MergedStacks {
  index: ChildIndex;
  /** Node of each stack's leaf, -1 for stacks outside of the focus path. */
  leaf: Int32Array;
  groups: string[];
  rootName: string;
  rootObject: number;
}

/** Functions are numbered 0 … f-1; group values follow, so that both fit one index. */
function mergeStacks(table: StackTable, functions: FunctionTable, options: CallTreeOptions): MergedStacks {
  const index = new ChildIndex(Math.max(1024, table.stackLocations.length >> 2));
  const root = index.child(-1, -1);
  const groups = new Interner();
  const focus = options.root ?? [];
  const focusNames = focus.map((name) => functions.names.indexOf(name));
  const functionCount = functions.functionName.length;
  const { chain, chainOffsets, functionName, functionObject } = functions;
  const leaf = new Int32Array(table.count.length).fill(-1);
  let rootObject = 0;

  for (let stack = 0; stack < leaf.length; stack++) {
    let node = root;
    let depth = 0;
    let object = 0;
    let inside = true;
    if (options.groupBy === true) {
      const value = table.group?.[stack] ?? '';
      if (depth < focus.length) inside = focus[depth++] === value;
      else node = index.child(node, functionCount + groups.add(value));
    }
    for (let at = table.offsets[stack + 1]! - 1; inside && at >= table.offsets[stack]!; at--) {
      const location = table.stackLocations[at]!;
      for (let link = chainOffsets[location + 1]! - 1; link >= chainOffsets[location]!; link--) {
        const fn = chain[link]!;
        if (depth === focus.length) node = index.child(node, fn);
        else {
          inside = functionName[fn] === focusNames[depth++];
          object = functionObject[fn]!;
          if (!inside) break;
        }
      }
    }
    if (!inside || depth < focus.length) continue;
    leaf[stack] = node;
    rootObject = object;
  }
  return { index, leaf, groups: groups.texts, rootName: focus.at(-1) ?? ROOT_NAME, rootObject };
}

interface NodeSums {
  parents: Int32Array;
  selfWeightNs: Float64Array;
  totalWeightNs: Float64Array;
  selfCount: Float64Array;
  totalCount: Float64Array;
}

/** A child is always numbered after its parent, so one backward pass carries every total to the root. */
function sumUp(table: StackTable, { index, leaf }: MergedStacks): NodeSums {
  const selfWeightNs = new Float64Array(index.size);
  const selfCount = new Float64Array(index.size);
  leaf.forEach((node, stack) => {
    if (node < 0) return;
    selfWeightNs[node]! += table.weightNs[stack]!;
    selfCount[node]! += table.count[stack]!;
  });
  const totalWeightNs = selfWeightNs.slice();
  const totalCount = selfCount.slice();
  const parents = index.parents.subarray(0, index.size);
  for (let node = index.size - 1; node > 0; node--) {
    totalWeightNs[parents[node]!]! += totalWeightNs[node]!;
    totalCount[parents[node]!]! += totalCount[node]!;
  }
  return { parents, selfWeightNs, totalWeightNs, selfCount, totalCount };
}

/**
 * The `maxNodes` heaviest nodes, depth first. A parent weighs no less than its child and has the lower number,
 * so that what is kept always hangs together.
 */
function shownNodes(nodes: NodeSums, maxNodes: number): Uint32Array {
  const { parents } = nodes;
  const kept = heaviestNodes(nodes, maxNodes);
  // Pushing the lightest first leaves the heaviest child at the head of each list.
  const firstChild = new Int32Array(parents.length).fill(-1);
  const nextSibling = new Int32Array(parents.length).fill(-1);
  for (const node of kept.reverse()) {
    if (node === 0) continue;
    nextSibling[node] = firstChild[parents[node]!]!;
    firstChild[parents[node]!] = node;
  }
  const order = new Uint32Array(kept.length);
  const pending = [0];
  for (let shown = 0; shown < order.length; shown++) {
    const node = pending.pop()!;
    order[shown] = node;
    if (nextSibling[node]! >= 0) pending.push(nextSibling[node]!);
    if (firstChild[node]! >= 0) pending.push(firstChild[node]!);
  }
  return order;
}

/** Heaviest first. Only what may be kept is sorted with a comparison: most nodes of a large tree weigh one sample. */
function heaviestNodes({ totalWeightNs, totalCount }: NodeSums, maxNodes: number): Uint32Array {
  const cut = totalWeightNs.length > maxNodes;
  const lightest = cut ? totalWeightNs.slice().sort()[totalWeightNs.length - maxNodes]! : -Infinity;
  const candidates: number[] = [];
  totalWeightNs.forEach((weightNs, node) => {
    if (weightNs >= lightest) candidates.push(node);
  });
  return Uint32Array.from(candidates)
    .sort((a, b) => totalWeightNs[b]! - totalWeightNs[a]! || totalCount[b]! - totalCount[a]! || a - b)
    .subarray(0, maxNodes);
}

function shownTree(
  table: StackTable,
  functions: FunctionTable,
  merged: MergedStacks,
  nodes: NodeSums,
  order: Uint32Array,
): CallTree {
  const names = new Interner();
  const objects = new Interner(['']);
  const functionCount = functions.functionName.length;
  const position = new Int32Array(nodes.parents.length).fill(-1);
  const parent = new Int32Array(order.length);
  const name = new Uint32Array(order.length);
  const object = new Uint32Array(order.length);
  order.forEach((node, at) => {
    position[node] = at;
    parent[at] = node === 0 ? -1 : position[nodes.parents[node]!]!;
    const fn = merged.index.functions[node]!;
    if (node === 0) {
      name[at] = names.add(merged.rootName);
      object[at] = objects.add(functions.objects[merged.rootObject]!);
    } else if (fn >= functionCount) {
      name[at] = names.add(merged.groups[fn - functionCount]!);
    } else {
      name[at] = names.add(functions.names[functions.functionName[fn]!]!);
      object[at] = objects.add(functions.objects[functions.functionObject[fn]!]!);
    }
  });
  const shown = (column: Float64Array) => Float64Array.from(order, (node) => column[node]!);
  const sums = tableTotals(table);
  return {
    totalWeightNs: sums.weightNs,
    totalCount: sums.count,
    names: names.texts,
    objects: objects.texts,
    parent,
    name,
    object,
    selfWeightNs: shown(nodes.selfWeightNs),
    totalNodeWeightNs: shown(nodes.totalWeightNs),
    selfCount: shown(nodes.selfCount),
    totalNodeCount: shown(nodes.totalCount),
    hidden: hiddenNodes(nodes, position),
  };
}

function hiddenNodes(nodes: NodeSums, position: Int32Array): HiddenNodes {
  const hidden = { nodes: 0, count: 0, weightNs: 0 };
  position.forEach((at, node) => {
    if (at >= 0) return;
    hidden.nodes++;
    hidden.count += nodes.selfCount[node]!;
    hidden.weightNs += nodes.selfWeightNs[node]!;
  });
  const total = nodes.totalWeightNs[0]!;
  return { nodes: hidden.nodes, count: hidden.count, share: total > 0 ? hidden.weightNs / total : 0 };
}
