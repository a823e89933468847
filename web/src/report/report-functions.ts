// The functions of a tree: what each used itself and with everything it called. No DOM.
import type { FrameClass, FrameNode } from '../frame-tree.ts';
import { matches } from '../frame-tree.ts';

export interface FunctionSums {
  name: string;
  object: string;
  frameClass: FrameClass;
  /** ns */
  self: number;
  /** CPU time of stacks the function is in, once per stack however often it recurs, ns. */
  total: number;
}

export type FunctionSort = 'self' | 'total';

/** Groups and the root are no functions. Exact where the tree has every node of its window. */
export function treeFunctions(root: FrameNode): FunctionSums[] {
  const functions = new Map<string, FunctionSums & { depth: number }>();
  const visit = (frame: FrameNode) => {
    const { name, object, frameClass } = frame;
    const key = `${name}\0${object}`;
    let sums = functions.get(key);
    if (sums === undefined && frameClass !== 'group') {
      sums = { name, object, frameClass, self: 0, total: 0, depth: 0 };
      functions.set(key, sums);
    }
    if (sums !== undefined) {
      sums.self += frame.self;
      if (sums.depth++ === 0) sums.total += frame.value;
    }
    frame.children.forEach(visit);
    if (sums !== undefined) sums.depth--;
  };
  visit(root);
  return Array.from(functions.values(), ({ name, object, frameClass, self, total }) => ({
    ...{ name, object, frameClass, self, total },
  }));
}

/** Heaviest first; '' as the search takes all. */
export function topFunctions(
  functions: readonly FunctionSums[],
  sort: FunctionSort,
  search: string,
): FunctionSums[] {
  const other = sort === 'self' ? 'total' : 'self';
  return functions
    .filter((each) => search === '' || matches(each, search))
    .sort((a, b) => b[sort] - a[sort] || b[other] - a[other] || (a.name < b.name ? -1 : 1));
}
