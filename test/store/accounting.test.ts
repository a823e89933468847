// Disk space by day, tier and label: sums that lose nothing, from what blocks say of themselves.
import { describe, expect, it } from 'vitest';
import type { LabelSums } from '../../src/store/accounting-labels.ts';
import { accountOf } from '../../src/store/accounting.ts';
import type { Block, Tier } from '../../src/store/profile-store.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 10, 20);

function block(fromMs: number, lengthMs: number, bytes: number, tier: Tier = 'raw', samples = 100): Block {
  const id = `${fromMs}-${tier}`;
  const range = { fromMs: START + fromMs, untilMs: START + fromMs + lengthMs };
  return { id, state: 'live', reason: '', tier, ...range, rows: samples, samples, weightNs: 0, bytes };
}

const sums = (comm: LabelSums['comm']): LabelSums => ({ comm, user: [], container: [] });

describe('the account of disk space', () => {
  it('adds blocks up by the day that they begin in, and by tier', () => {
    const blocks = [block(0, HOUR, 10), block(23 * HOUR, HOUR, 20), block(DAY, DAY, 5, '10s')];
    expect(accountOf(blocks, [null, null, null]).days).toEqual([
      { day: '2026-11-20', bytes: 30, samples: 200, tiers: { raw: 30, '10s': 0, '1min': 0 } },
      { day: '2026-11-21', bytes: 5, samples: 100, tiers: { raw: 0, '10s': 5, '1min': 0 } },
    ]);
  });

  it('gives a value as large a part of a block as it has of its samples, and the rest to the others', () => {
    const blocks = [block(0, HOUR, 1000), block(HOUR, HOUR, 500)];
    const { comm } = accountOf(blocks, [
      sums([
        ['node', 60],
        ['gcc', 30],
      ]),
      sums([['gcc', 100]]),
    ]).labels;
    expect(comm).toEqual({
      values: [
        { value: 'gcc', samples: 130, bytes: 800 },
        { value: 'node', samples: 60, bytes: 600 },
      ],
      others: { samples: 10, bytes: 100 },
    });
  });

  it('counts a block that does not say whose samples it has among the others', () => {
    const { user } = accountOf([block(0, HOUR, 1000)], [null]).labels;
    expect(user).toEqual({ values: [], others: { samples: 100, bytes: 1000 } });
  });

  it('tells what a day takes by the time that blocks cover', () => {
    // Two hours of a day on which nothing else ran, one of them in two blocks.
    const blocks = [block(0, HOUR, 100), block(10 * HOUR, HOUR, 100), block(10 * HOUR, HOUR, 20)];
    const { bytesPerDay } = accountOf(blocks, [null, null, null]);
    expect(bytesPerDay).toEqual({ raw: (220 / 2) * 24, '10s': null, '1min': null });
  });

  it('looks at the newest week only', () => {
    const blocks = [block(0, HOUR, 1e9), ...[8, 9].map((day) => block(day * DAY, HOUR, 100))];
    expect(accountOf(blocks, [null, null, null]).bytesPerDay.raw).toBe(2400);
  });

  it('is empty without blocks', () => {
    const { days, labels, bytesPerDay } = accountOf([], []);
    expect(days).toEqual([]);
    expect(labels.comm).toEqual({ values: [], others: { samples: 0, bytes: 0 } });
    expect(bytesPerDay).toEqual({ raw: null, '10s': null, '1min': null });
  });
});
