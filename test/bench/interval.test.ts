import { describe, expect, it } from 'vitest';
import { meanInterval, median, t975 } from '../../bench/lib/interval.ts';

describe('meanInterval', () => {
  it('agrees with the textbook on ten values', () => {
    // R: t.test(c(1,2,3,4,5,6,7,8,9,10)): 3.334149 7.665851
    const { mean, low, high } = meanInterval([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(mean).toBe(5.5);
    expect(low).toBeCloseTo(3.334, 3);
    expect(high).toBeCloseTo(7.666, 3);
  });

  it('claims nothing from one value', () => {
    expect(meanInterval([3])).toEqual({ mean: 3, low: NaN, high: NaN, n: 1 });
  });
});

describe('t975', () => {
  it('goes on beyond the table without a step', () => {
    // R: qt(0.975, c(31, 60, 120)): 2.039513 2.000298 1.979930
    expect(t975(31)).toBeCloseTo(2.0395, 3);
    expect(t975(60)).toBeCloseTo(2.0003, 3);
    expect(t975(120)).toBeCloseTo(1.9799, 3);
  });
});

describe('median', () => {
  it('is the middle, or between the two middles', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([9, 1, 5, 3])).toBe(4);
  });
});
