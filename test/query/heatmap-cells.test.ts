import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultColumnMs, defaultRowMs } from '../../src/query/heatmap-cells.ts';

const NOW = Date.UTC(2026, 0, 31, 12);
const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];

describe('defaultColumnMs', () => {
  it.each([
    [1, 1_000],
    [5 * MINUTE, 1_000],
    [10 * MINUTE, 1_000],
    [15 * MINUTE, 2_000],
    [HOUR, 10_000],
    [6 * HOUR, 60_000],
    [DAY, 5 * MINUTE],
    [30 * DAY, 2 * HOUR],
    [365 * DAY, DAY],
    [3650 * DAY, 10 * DAY],
  ])('is for a window of %i ms %i ms', (lengthMs, expected) => {
    expect(defaultColumnMs({ fromMs: NOW - lengthMs, untilMs: NOW })).toBe(expected);
  });

  it('counts the columns that a window cuts at its ends', () => {
    expect(defaultColumnMs({ fromMs: 0, untilMs: 600_000 })).toBe(1_000);
    expect(defaultColumnMs({ fromMs: 1, untilMs: 600_001 })).toBe(2_000);
  });

  it('makes at most 600 columns of any window', () => {
    const time = fc.integer({ min: 0, max: 8.64e15 });
    fc.assert(
      fc.property(time, time, (a, b) => {
        const [fromMs, untilMs] = [Math.min(a, b), Math.max(a, b) + 1];
        const columnMs = defaultColumnMs({ fromMs, untilMs });
        expect(Math.ceil(untilMs / columnMs) - Math.floor(fromMs / columnMs)).toBeLessThanOrEqual(600);
      }),
    );
  });
});

describe('defaultRowMs', () => {
  it('is a fiftieth of the column, at least a millisecond', () => {
    expect([1_000, 2_000, 60_000, 20, 1].map(defaultRowMs)).toEqual([20, 40, 1_200, 1, 1]);
  });
});
