import { describe, expect, it } from 'vitest';
import { quantile, summarize } from '../../bench/lib/timings.ts';

describe('summarize', () => {
  it('gives median, 95th percentile and number, whatever the order', () => {
    const ms = Array.from({ length: 101 }, (_, i) => i).reverse();
    expect(summarize(ms)).toEqual({ median: 50, p95: 95, n: 101 });
  });

  it('lies between two values where none is exactly there', () => {
    expect(quantile([1, 2], 0.5)).toBe(1.5);
    expect(quantile([10, 20, 30, 40], 0.95)).toBeCloseTo(38.5);
  });

  it('is no number where nothing was measured', () => {
    expect(summarize([])).toEqual({ median: NaN, p95: NaN, n: 0 });
  });
});
