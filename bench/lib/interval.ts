// Interval statistics of a benchmark's figures.

/** A mean with the interval that holds it with 95 % confidence; `low` and `high` are NaN below two values. */
export interface Interval {
  mean: number;
  low: number;
  high: number;
  /** Number of independent values. */
  n: number;
}

/** Student's t, 97.5 % quantile, for 1 to 30 degrees of freedom. */
const T_975 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];
const Z_975 = 1.959964;

/** Beyond the table by the first terms of the Cornish-Fisher expansion: exact to 0.001 from 30 on. */
export function t975(degrees: number): number {
  const tabled = T_975[degrees - 1];
  if (tabled !== undefined) return tabled;
  const z3 = Z_975 ** 3;
  return (
    Z_975 + (z3 + Z_975) / (4 * degrees) + (5 * Z_975 ** 5 + 16 * z3 + 3 * Z_975) / (96 * degrees * degrees)
  );
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Student's interval; with paired differences as values it is the interval of the paired t test. */
export function meanInterval(values: readonly number[]): Interval {
  const n = values.length;
  const centre = mean(values);
  if (n < 2) return { mean: centre, low: NaN, high: NaN, n };
  const variance = values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (n - 1);
  const half = t975(n - 1) * Math.sqrt(variance / n);
  return { mean: centre, low: centre - half, high: centre + half, n };
}
