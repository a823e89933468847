// What `/api/v1/flamegraph` answers, and what the report shows.
import type { TimeRange } from '../model/selector.ts';
import type { StackTable } from '../model/stack-table.ts';
import type { CallTreeOptions, FlamegraphJson } from './call-tree.ts';
import { callTree, flamegraphJson } from './call-tree.ts';
import { objectKinds } from './object-kinds.ts';

/** Plain JSON. */
export interface FlamegraphBody extends FlamegraphJson, TimeRange {
  /** Sampling period most in force, ns; 0 without samples. */
  periodNs: number;
  /** Kind of each object, in the order of `objects`. */
  objectKinds: string[];
}

export function flamegraphBody(
  table: StackTable,
  range: TimeRange,
  options: CallTreeOptions = {},
): FlamegraphBody {
  const tree = callTree(table, options);
  return {
    ...range,
    ...flamegraphJson(tree),
    periodNs: table.periodNs,
    objectKinds: objectKinds(tree.objects, table),
  };
}
