import { describe, expect, it } from 'vitest';
import { randomAddresses, thinned } from '../../../bench/symbols/text-addresses.ts';

const RANGES = { start: [0x1000, 0x8000, 0x3000], end: [0x2000, 0x8100, 0x3100] };
const inside = (address: number) =>
  RANGES.start.some((start, i) => start <= address && address < RANGES.end[i]!);

describe('random addresses of code', () => {
  it('lie in the ranges, ascending, each once, and are the same for the same seed', () => {
    const addresses = randomAddresses(RANGES, 500, 1);
    expect(addresses.length).toBe(500);
    expect(addresses.every(inside)).toBe(true);
    expect(addresses).toEqual([...new Set(addresses)].sort((a, b) => a - b));
    expect(randomAddresses(RANGES, 500, 1)).toEqual(addresses);
    expect(randomAddresses(RANGES, 500, 2)).not.toEqual(addresses);
  });

  it('fall into a range as often as it is long', () => {
    const addresses = randomAddresses(RANGES, 1000, 3);
    const share = addresses.filter((address) => address < 0x2000).length / addresses.length;
    expect(share).toBeCloseTo(0x1000 / 0x1200, 1);
  });

  it('are all there are, or evenly many of them, where there are few', () => {
    expect(randomAddresses({ start: [10, 20], end: [12, 21] }, 5, 1)).toEqual([10, 11, 20]);
    expect(randomAddresses({ start: [0], end: [10] }, 5, 1)).toEqual([0, 2, 4, 6, 8]);
    expect(randomAddresses({ start: [], end: [] }, 5, 1)).toEqual([]);
  });

  it('are thinned evenly', () => {
    expect(thinned([1, 2, 3, 4, 5, 6], 3)).toEqual([1, 3, 5]);
    expect(thinned([1, 2], 3)).toEqual([1, 2]);
  });
});
