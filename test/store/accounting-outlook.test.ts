import { describe, expect, it } from 'vitest';
import { outlookOf } from '../../src/store/accounting-outlook.ts';

const DAY = 86_400_000;
const POLICY = { rawForMs: DAY, retentionMs: 14 * DAY, retentionBytes: 20_000 };
const TIERS = { raw: 1000, '10s': 100, '1min': 10 };

describe('what another retention would cost', () => {
  it('is a day of samples, six of ten seconds, the rest of minutes, and the database', () => {
    expect(outlookOf({ bytesPerDay: TIERS }, 500, POLICY)?.costs).toEqual([
      { days: 7, bytes: 500 + 1000 + 6 * 100 },
      { days: 14, bytes: 500 + 1000 + 6 * 100 + 7 * 10 },
      { days: 30, bytes: 500 + 1000 + 6 * 100 + 23 * 10 },
      { days: 90, bytes: 500 + 1000 + 6 * 100 + 83 * 10 },
      { days: 365, bytes: 500 + 1000 + 6 * 100 + 358 * 10 },
    ]);
  });

  it('says after how many days the limit of size is reached', () => {
    const limit = (retentionBytes: number) =>
      outlookOf({ bytesPerDay: TIERS }, 500, { ...POLICY, retentionBytes })?.limitDays;
    expect(limit(500 + 500)).toBe(0.5);
    expect(limit(500 + 1000 + 300)).toBe(4);
    expect(limit(500 + 1000 + 600 + 50)).toBe(12);
    // The database alone takes more.
    expect(limit(100)).toBe(0);
  });

  it('takes a tier that has no block yet to cost as the one before', () => {
    const outlook = outlookOf({ bytesPerDay: { raw: 1000, '10s': null, '1min': null } }, 0, POLICY);
    expect(outlook?.costs[0]).toEqual({ days: 7, bytes: 7000 });
    expect(outlook?.limitDays).toBe(20);
  });

  it('keeps every sample for longer where that was asked for', () => {
    const { costs } = outlookOf({ bytesPerDay: TIERS }, 0, { ...POLICY, rawForMs: 10 * DAY })!;
    expect(costs.find(({ days }) => days === 14)).toEqual({ days: 14, bytes: 10 * 1000 + 4 * 10 });
  });

  it('is nothing before the first block, and no limit where days take nothing', () => {
    expect(outlookOf({ bytesPerDay: { raw: null, '10s': null, '1min': null } }, 500, POLICY)).toBeNull();
    const free = outlookOf({ bytesPerDay: { raw: 0, '10s': 0, '1min': 0 } }, 0, POLICY);
    expect(free?.limitDays).toBeNull();
  });
});
