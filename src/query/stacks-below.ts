// The part of a table that a path of frames leads to: what a call tree with that `root` shows, as a table of its own.
import { tableOfCallers } from '../model/caller-table.ts';
import type { StackTable } from '../model/stack-table.ts';
import { chosenRows } from './chosen-rows.ts';
import { functionTable } from './function-table.ts';
import type { PathOptions } from './path-tree.ts';
import { pathTree } from './path-tree.ts';

/**
 * Only stacks that begin with the path, each as a whole. Without a path the table itself. The locations stay, also
 * those that none of the stacks has any more.
 */
export function stacksBelow(table: StackTable, options: PathOptions): StackTable {
  if ((options.root ?? []).length === 0) return table;
  const { leaf } = pathTree(table, functionTable(table), options);
  const rows: number[] = [];
  leaf.forEach((node, row) => {
    if (node >= 0) rows.push(row);
  });
  const chosen = chosenRows(table, rows);
  if (chosen.callers !== undefined) {
    const { objects, periodNs, locationObject, locationAddress, locationFrames, locationNamed } = table;
    const places = { objects, locationObject, locationAddress, locationFrames, locationNamed };
    return tableOfCallers({ ...chosen, callers: chosen.callers, ...places, periodNs });
  }
  const offsets = new Uint32Array(rows.length + 1);
  rows.forEach((row, at) => {
    offsets[at + 1] = offsets[at]! + table.offsets[row + 1]! - table.offsets[row]!;
  });
  const stackLocations = new Uint32Array(offsets[rows.length]!);
  rows.forEach((row, at) => {
    stackLocations.set(
      table.stackLocations.subarray(table.offsets[row], table.offsets[row + 1]),
      offsets[at],
    );
  });
  return {
    ...table,
    ...chosen,
    offsets,
    stackLocations,
  };
}
