// Bisection: places in ascending columns.

/** Numbers in ascending order; equal ones may stand beside each other. */
type Ascending = Float64Array | Uint32Array;

/** Index in [from, until) of the first value above `wanted`; `until` where none is. NaN has all of them above it. */
export function firstAbove(ascending: Ascending, wanted: number, from = 0, until = ascending.length): number {
  let low = from;
  let high = until;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! <= wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the first value that is `wanted` or above; the column's length where none is. */
export function firstNotBelow(ascending: Ascending, wanted: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
