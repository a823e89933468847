import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodePprofDiff } from '../../src/query/pprof-diff.ts';
import { decodePprof } from './decode-pprof.ts';
import { anyGroupedTable, PERIOD_NS, stackTable, sum } from './stack-table.ts';

const LEFT_RANGE = { fromMs: 1_700_000_000_000, untilMs: 1_700_000_010_000 };
const RIGHT_RANGE = { fromMs: 1_700_000_060_000, untilMs: 1_700_000_065_000 };

const sides = (left: ReturnType<typeof stackTable>, right: ReturnType<typeof stackTable>) =>
  [
    { table: left, range: LEFT_RANGE },
    { table: right, range: RIGHT_RANGE },
  ] as const;

describe('encodePprofDiff', () => {
  it('negates the samples of the left side and labels them as the base', async () => {
    const [left, right] = sides(stackTable('f\n3', ['node']), stackTable('f\n5', ['gcc']));
    const { samples } = decodePprof(await encodePprofDiff(left, right, { groupBy: 'comm' }));
    expect(samples.map(({ values, labels }) => ({ values, labels }))).toEqual([
      { values: [-3, -3 * PERIOD_NS], labels: { comm: 'node', 'pprof::base': 'true' } },
      { values: [5, 5 * PERIOD_NS], labels: { comm: 'gcc' } },
    ]);
  });

  it('begins with the earlier window and lasts as long as both', async () => {
    const [left, right] = sides(stackTable('f\n3'), stackTable('f\n5'));
    const times = { timeNanos: '1700000000000000000', durationNanos: '15000000000' };
    expect(decodePprof(await encodePprofDiff(left, right))).toMatchObject(times);
    expect(decodePprof(await encodePprofDiff(right, left))).toMatchObject(times);
  });

  it('sums to the difference of the sides, and to nothing when shares are compared', async () => {
    const some = anyGroupedTable.filter(({ count }) => count.length > 0);
    await fc.assert(
      fc.asyncProperty(some, some, async (leftTable, rightTable) => {
        const [left, right] = sides(leftTable, rightTable);
        const total = async (normalize: 'none' | 'share') => {
          const { samples } = decodePprof(await encodePprofDiff(left, right, { normalize }));
          return [0, 1].map((at) => sum(samples.map(({ values }) => values[at]!)));
        };
        const counts = sum(rightTable.count) - sum(leftTable.count);
        expect(await total('none')).toEqual([counts, counts * PERIOD_NS]);
        // Every scaled value is rounded to a whole number.
        const [count, ns] = await total('share');
        expect(Math.abs(count!)).toBeLessThanOrEqual(rightTable.count.length / 2);
        expect(Math.abs(ns!)).toBeLessThanOrEqual(rightTable.count.length / 2);
      }),
      { numRuns: 30 },
    );
  });
});
