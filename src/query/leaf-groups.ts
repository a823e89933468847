// Stacks grouped by what their leaf frame says: the function that was running, its object, its source file.
import { leafField } from '../model/leaf-field.ts';
import type { FrameField } from '../model/selector.ts';
import type { StackTable } from '../model/stack-table.ts';

/** The table with a `group`; each stack has one leaf, so no row has to be split. */
export function groupByLeaf(table: StackTable, field: FrameField): StackTable {
  const known = table.locationFrames.map((_, location) => leafField(table, location, field));
  const group = Array.from(table.count, (_, row) => known[table.stackLocations[table.offsets[row]!]!] ?? '');
  return { ...table, group };
}
