// Some stacks of a table, chosen one by one: `StackRows` are those of a range.
import type { StackTable } from '../model/stack-table.ts';

/** What a table of these rows alone says of each stack besides `offsets` and `stackLocations`; `rows` are indices, in the order wanted. */
export function chosenRows(
  { group, count, weightNs, stackIds, callers }: StackTable,
  rows: readonly number[],
): Pick<StackTable, 'group' | 'count' | 'weightNs' | 'stackIds' | 'callers'> {
  return {
    ...(group === undefined ? {} : { group: rows.map((row) => group[row]!) }),
    ...(stackIds === undefined ? {} : { stackIds: BigUint64Array.from(rows, (row) => stackIds[row]!) }),
    ...(callers === undefined
      ? {}
      : { callers: { ...callers, leaf: Int32Array.from(rows, (row) => callers.leaf[row]!) } }),
    count: Float64Array.from(rows, (row) => count[row]!),
    weightNs: Float64Array.from(rows, (row) => weightNs[row]!),
  };
}
