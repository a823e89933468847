// Stacks merged by path from the root: which node each stack ends in, and what the nodes are called.
import { ChildIndex } from '../model/child-index.ts';
import type { StackTable } from '../model/stack-table.ts';
import type { FunctionTable } from './function-table.ts';
import { Interner } from './function-table.ts';

export const ROOT_NAME = 'all';

export interface PathOptions {
  /** Frame names from the outermost: only stacks that begin so, and the tree's node 0 is the last of them. */
  root?: readonly string[];
  /** Make the table's group values the first level. Needs a table that was grouped. */
  groupBy?: boolean;
}

export interface PathTree {
  /** Nodes by (parent, function). A child is always numbered after its parent; node 0 is the root. */
  index: ChildIndex;
  /** Node of each stack's leaf, -1 for stacks outside of the focus path. */
  leaf: Int32Array;
  /** Entry of the functions' `chain` that made each node, -1 for the root and groups: where its heaviest stack runs. */
  entry: number[];
  /** Functions are numbered 0 … f-1; group values follow, so that both fit one index. */
  functions: FunctionTable;
  groups: string[];
  rootName: string;
  /** Index into the functions' objects. */
  rootObject: number;
}

export function pathTree(table: StackTable, functions: FunctionTable, options: PathOptions = {}): PathTree {
  // Groups are the first level: a node of the callers is then another one in each of them.
  const callers = options.groupBy === true ? undefined : table.callers;
  const paths = callers?.parent.length ?? table.stackLocations.length >> 2;
  const index = new ChildIndex(Math.max(1024, paths >> 1));
  const root = index.child(-1, -1);
  const entry = [-1];
  const groups = new Interner();
  const focus = options.root ?? [];
  const focusNames = focus.map((name) => functions.names.indexOf(name));
  const functionCount = functions.functionName.length;
  const { chain, chainOffsets, functionName, functionObject } = functions;
  const leaf = new Int32Array(table.count.length).fill(-1);
  let rootObject = 0;

  const ends = new PathEnds(callers?.parent.length ?? 0);
  /** The stack's locations that are still to be followed, leaf first; and their nodes among the callers. */
  const path: number[] = [];
  const pathCallers: number[] = [];

  for (let stack = 0; stack < leaf.length; stack++) {
    /** -1 outside of the focus path. */
    let node = root;
    let depth = 0;
    let object = 0;
    let length = 0;
    if (options.groupBy === true) {
      const value = table.group?.[stack] ?? '';
      if (depth < focus.length) node = focus[depth++] === value ? root : -1;
      else node = index.child(node, functionCount + groups.add(value));
      if (index.size > entry.length) entry.push(-1);
    }
    if (callers === undefined) {
      const end = table.offsets[stack + 1]!;
      for (let at = table.offsets[stack]!; at < end; at++) path[length++] = table.stackLocations[at]!;
    } else {
      const { parent, location } = callers;
      let caller = callers.leaf[stack]!;
      for (; caller >= 0 && ends.node[caller] === UNKNOWN; caller = parent[caller]!) {
        pathCallers[length] = caller;
        path[length++] = location[caller]!;
      }
      if (caller >= 0) {
        node = ends.node[caller]!;
        depth = ends.depth[caller]!;
        object = ends.object[caller]!;
      }
    }
    for (let at = length - 1; at >= 0; at--) {
      const location = path[at]!;
      for (let link = chainOffsets[location + 1]! - 1; node >= 0 && link >= chainOffsets[location]!; link--) {
        const fn = chain[link]!;
        if (depth === focus.length) {
          node = index.child(node, fn);
          if (index.size > entry.length) entry.push(link);
        } else {
          object = functionObject[fn]!;
          if (functionName[fn] !== focusNames[depth++]) node = -1;
        }
      }
      if (callers === undefined) continue;
      const caller = pathCallers[at]!;
      ends.node[caller] = node;
      ends.depth[caller] = depth;
      ends.object[caller] = object;
    }
    if (node < 0 || depth < focus.length) continue;
    leaf[stack] = node;
    rootObject = object;
  }
  return {
    index,
    leaf,
    entry,
    functions,
    groups: groups.texts,
    rootName: focus.at(-1) ?? ROOT_NAME,
    rootObject,
  };
}

const UNKNOWN = -2;

/** Where the path to each node of a `CallerTree` has led to: node here, names of the focus path met, object of the last. */
class PathEnds {
  readonly node: Int32Array;
  readonly depth: Uint32Array;
  readonly object: Uint32Array;

  constructor(callers: number) {
    this.node = new Int32Array(callers).fill(UNKNOWN);
    this.depth = new Uint32Array(callers);
    this.object = new Uint32Array(callers);
  }
}

/** Columns of the nodes shown, in their order; `n` nodes. */
export interface NodeColumns {
  names: string[];
  /** Paths of objects; index 0 is '' (root and groups have no object). */
  objects: string[];
  /** Node index; -1 for the root (n). */
  parent: Int32Array;
  /** Index into `names` (n). */
  name: Uint32Array;
  /** Index into `objects` (n). */
  object: Uint32Array;
  /** Source files; index 0 is ''. */
  files: string[];
  /** Index into `files`, of the stack met first, which is the heaviest of a table that a store made (n). */
  file: Uint32Array;
  /** Line in that file: of the call, in a leaf the one that ran; 0 where unknown (n). */
  line: Uint32Array;
  /** How code that was made at run time was compiled; index 0 is '' (not told). */
  tiers: string[];
  /** Index into `tiers`, of that stack (n). */
  tier: Uint32Array;
}

/** `order` lists nodes of the tree, each after its parent. */
export function nodeColumns(tree: PathTree, order: Uint32Array): NodeColumns {
  const { index, functions } = tree;
  const names = new Interner();
  const objects = new Interner(['']);
  const files = new Interner(['']);
  const functionCount = functions.functionName.length;
  const position = new Int32Array(index.size).fill(-1);
  const parent = new Int32Array(order.length);
  const name = new Uint32Array(order.length);
  const object = new Uint32Array(order.length);
  const file = new Uint32Array(order.length);
  const line = new Uint32Array(order.length);
  const tier = new Uint32Array(order.length);
  order.forEach((node, at) => {
    position[node] = at;
    parent[at] = node === 0 ? -1 : position[index.parents[node]!]!;
    const fn = index.functions[node]!;
    if (node === 0) {
      name[at] = names.add(tree.rootName);
      object[at] = objects.add(functions.objects[tree.rootObject]!);
    } else if (fn >= functionCount) {
      name[at] = names.add(tree.groups[fn - functionCount]!);
    } else {
      name[at] = names.add(functions.names[functions.functionName[fn]!]!);
      object[at] = objects.add(functions.objects[functions.functionObject[fn]!]!);
      const entry = tree.entry[node]!;
      file[at] = files.add(functions.files[functions.chainFile[entry]!]!);
      line[at] = functions.chainLine[entry]!;
      tier[at] = functions.chainTier[entry]!;
    }
  });
  return {
    ...{ names: names.texts, objects: objects.texts, files: files.texts, tiers: functions.tiers },
    ...{ parent, name, object, file, line, tier },
  };
}
