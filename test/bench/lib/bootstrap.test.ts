import { describe, expect, it } from 'vitest';
import { ratioOfMeans } from '../../../bench/lib/bootstrap.ts';

const around = (mean: number, n: number) => Array.from({ length: n }, (_, i) => mean * (0.5 + i / (n - 1)));

describe('ratioOfMeans', () => {
  it('holds the ratio of the means, and narrows with the number of values', () => {
    const few = ratioOfMeans(around(20, 20), around(10, 20));
    const many = ratioOfMeans(around(20, 2000), around(10, 2000));
    for (const { mean, low, high } of [few, many]) {
      expect(mean).toBeCloseTo(2);
      expect(low).toBeLessThan(2);
      expect(high).toBeGreaterThan(2);
    }
    expect(many.high - many.low).toBeLessThan((few.high - few.low) / 4);
  });

  it('covers what Student’s interval of evenly spread values would: 1.96 standard errors each way', () => {
    const { low, high } = ratioOfMeans(around(1, 1000), [1]);
    const standardError = Math.sqrt(1 / 12 / 1000);
    expect((high - low) / (2 * 1.96 * standardError)).toBeGreaterThan(0.85);
    expect((high - low) / (2 * 1.96 * standardError)).toBeLessThan(1.15);
  });

  it('gives the same values the same interval', () => {
    expect(ratioOfMeans([1, 2, 9], [1, 1, 4])).toEqual(ratioOfMeans([1, 2, 9], [1, 1, 4]));
  });
});
