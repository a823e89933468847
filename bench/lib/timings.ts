// Repeated timings of one thing, and what they come to.

/** ms */
export interface Timings {
  median: number;
  p95: number;
  n: number;
}

export function summarize(ms: readonly number[]): Timings {
  return { median: quantile(ms, 0.5), p95: quantile(ms, 0.95), n: ms.length };
}

/** By linear interpolation between the two nearest values; NaN of none. */
export function quantile(values: readonly number[], at: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * at;
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) return NaN;
  return below + (above - below) * (place - Math.floor(place));
}
