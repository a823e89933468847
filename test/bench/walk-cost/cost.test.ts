import { describe, expect, it } from 'vitest';
import { compare, costOf, slowest } from '../../../bench/walk-cost/cost.ts';
import type { CostSample } from '../../../bench/walk-cost/tap.ts';

function sample(micros: number, more: Partial<CostSample> = {}): CostSample {
  const rest = { userMode: true, frames: 10, kernelFrames: 0, end: 'root', copied: false, body: true };
  return { busyNs: micros * 1000, ...rest, ...more };
}

describe('costs of samples', () => {
  it('are in µs, with frames of those samples only whose stack is known', () => {
    expect(costOf([sample(1), sample(2, { frames: null }), sample(6, { copied: true, frames: 20 })])).toEqual({
      samples: 3, mean: 3, median: 2, p99: 5.92, max: 6, frames: 15, copied: 1,
    }); // prettier-ignore
  });

  it('are compared in user mode and in the kernel apart', () => {
    const some = (micros: number, userMode: boolean) =>
      Array.from({ length: 20 }, () => sample(micros, { userMode }));
    const pair = {
      ours: [...some(8, true), ...some(30, false)],
      peer: [...some(4, true), ...some(20, false)],
    };
    expect(compare(pair, true)?.ratio.mean).toBe(2);
    expect(compare(pair, false)?.ratio.mean).toBe(1.5);
  });

  it('are not compared where there are but a few', () => {
    const pair = { ours: [sample(1)], peer: [sample(1)] };
    expect(compare(pair, true)).toBeNull();
  });

  it('show the longest first', () => {
    expect(slowest([sample(1), sample(9), sample(5)], 2).map(({ busyNs }) => busyNs)).toEqual([9000, 5000]);
  });
});
