import { describe, expect, it } from 'vitest';
import { extrapolated, growthTo, measureGrowth } from '../../../bench/store/growth.ts';

describe('the growth of distinct stacks', () => {
  it('is of exponent 1 where every sample has a stack of its own, and 0 where none is new', () => {
    const own = Uint32Array.from({ length: 1000 }, (_, row) => row);
    expect(measureGrowth(own)).toEqual({ samples: 1000, distinct: 1000, exponent: 1 });
    const same = Uint32Array.from({ length: 1000 }, (_, row) => row % 10);
    expect(measureGrowth(same)).toEqual({ samples: 1000, distinct: 10, exponent: 0 });
  });

  it('goes on as it did', () => {
    const growth = { samples: 1000, distinct: 100, exponent: 0.5 };
    expect(extrapolated(growth, 1000)).toBe(100);
    expect(extrapolated(growth, 4000)).toBe(200);
  });

  it('leads from the recording to what is asked for, and adds nothing before the recording is over', () => {
    const grownTo = growthTo({ samples: 1000, distinct: 100, exponent: 0.9 }, 1_000_000, 10_000);
    expect(grownTo(999)).toBe(0);
    expect(grownTo(1001)).toBeCloseTo(100, 0);
    expect(grownTo(1_000_000)).toBeCloseTo(10_000, 6);
  });
});
