// Which places of a file FDEs cover.
import { ascendingOrder } from '../binary/address-sort.ts';
import { firstAbove } from '../binary/bisect.ts';
import type { FdeColumns } from './fde-columns.ts';

/** A test of file offsets against all FDEs that there are now. */
export function coverageOf({ start, end, count }: FdeColumns): (offset: number) => boolean {
  const order = ascendingOrder(start.subarray(0, count));
  const starts = Float64Array.from(order, (fde) => start[fde]!);
  // Up to where the FDEs that start there or before reach: they may nest.
  const reach = Float64Array.from(order, (fde) => end[fde]!);
  for (let i = 1; i < reach.length; i++) reach[i] = Math.max(reach[i]!, reach[i - 1]!);
  return (offset) => {
    const behind = firstAbove(starts, offset);
    return behind > 0 && reach[behind - 1]! > offset;
  };
}
