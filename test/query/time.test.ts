import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration, parseRange, parseTime } from '../../src/query/time.ts';

const NOW = Date.UTC(2026, 0, 31, 12);

describe('parseTime', () => {
  it.each([
    ['now', NOW],
    ['now-15m', NOW - 15 * 60_000],
    ['now-1h30m', NOW - 90 * 60_000],
    ['now-2w', NOW - 14 * 86_400_000],
    ['1700000000000', 1_700_000_000_000],
    ['0', 0],
    ['2026-01-31T12:00:00Z', NOW],
    ['2026-01-31t12:00:00z', NOW],
    ['2026-01-31 13:00:00+01:00', NOW],
    ['2026-01-31T12:00:00.250Z', NOW + 250],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
  ])('reads %s', (text, ms) => {
    expect(parseTime(text, NOW)).toEqual({ ok: true, ms });
  });

  it.each([
    'yesterday',
    'now-15',
    'now+1h',
    '2026-02-31T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-31',
    '2026-01-31T25:00:00Z',
    '-5',
    '99999999999999999',
    'now-9999w',
    '',
  ])('refuses %j with a message', (text) => {
    const parsed = parseTime(text, NOW);
    expect(parsed.ok ? 'no message' : parsed.message).toMatch(/is not a time|is not a duration|out of range/);
  });

  it('reads back any time written as RFC 3339 or as epoch milliseconds', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true }),
        (date) => {
          expect(parseTime(date.toISOString(), NOW)).toEqual({ ok: true, ms: date.getTime() });
          expect(parseTime(String(date.getTime()), NOW)).toEqual({ ok: true, ms: date.getTime() });
        },
      ),
    );
  });
});

describe('parseRange', () => {
  it('takes the last 15 minutes when nothing is given', () => {
    expect(parseRange(undefined, undefined, NOW)).toEqual({
      ok: true,
      range: { fromMs: NOW - 900_000, untilMs: NOW },
    });
  });

  it('takes 15 minutes before until when from is not given', () => {
    expect(parseRange(undefined, '1700000000000', NOW)).toMatchObject({
      range: { fromMs: 1_700_000_000_000 - 900_000 },
    });
  });

  it('says which end is wrong', () => {
    expect(parseRange('x', 'now', NOW)).toMatchObject({
      message: expect.stringMatching(/^from: "x" is not/) as string,
    });
    expect(parseRange('now', 'x', NOW)).toMatchObject({
      message: expect.stringMatching(/^until: "x"/) as string,
    });
  });

  it('wants until after from', () => {
    expect(parseRange('now', 'now-1h', NOW)).toEqual({
      ok: false,
      message: 'until (2026-01-31T11:00:00.000Z) must be after from (2026-01-31T12:00:00.000Z)',
    });
    expect(parseRange('now', 'now', NOW).ok).toBe(false);
  });
});

describe('parseDuration', () => {
  it.each([
    ['10s', 10_000],
    ['250ms', 250],
    ['24h', 86_400_000],
    ['0.5s', 500],
    ['1d12h', 129_600_000],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toEqual({ ok: true, ms });
  });

  it.each(['', '10', 's', '0s', '-1s', '1y', '10 s', '1e9s', '9999999999999999w'])('refuses %j', (text) => {
    expect(parseDuration(text).ok).toBe(false);
  });
});
