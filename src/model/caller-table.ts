// StackTables whose stacks are paths in a tree of calls. The lists of their locations, which are ten times as long, are made
// when somebody asks for them.
import type { CallerTree, StackTable } from './stack-table.ts';

/** A StackTable without its lists. */
export type CallerTable = Omit<StackTable, 'offsets' | 'stackLocations' | 'callers'> & {
  callers: CallerTree;
};

/** `{...table}` makes the lists. */
export function tableOfCallers(columns: CallerTable): StackTable {
  let made: StackLists | undefined;
  const lists = () => (made ??= listsOf(columns.callers));
  return {
    ...columns,
    get offsets() {
      return lists().offsets;
    },
    get stackLocations() {
      return lists().stackLocations;
    },
  };
}

type StackLists = Pick<StackTable, 'offsets' | 'stackLocations'>;

function listsOf({ parent, location, leaf }: CallerTree): StackLists {
  const depth = new Uint32Array(parent.length);
  parent.forEach((caller, node) => (depth[node] = caller < 0 ? 1 : depth[caller]! + 1));
  const offsets = new Uint32Array(leaf.length + 1);
  leaf.forEach((node, row) => (offsets[row + 1] = offsets[row]! + (node < 0 ? 0 : depth[node]!)));
  const stackLocations = new Uint32Array(offsets[leaf.length]!);
  let to = 0;
  for (const last of leaf) {
    for (let node = last; node >= 0; node = parent[node]!) stackLocations[to++] = location[node]!;
  }
  return { offsets, stackLocations };
}
