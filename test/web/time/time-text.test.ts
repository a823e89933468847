// Times as the address holds them and as people type them.
import { describe, expect, it } from 'vitest';
import { parseDuration, parseTime } from '../../../src/query/time.ts';
import { durationMs, durationText, readTyped, resolveTime } from '../../../web/src/time/time-text.ts';

const NOW = new Date(2026, 0, 31, 14, 30, 15).getTime();

describe('a time in the address', () => {
  it.each([
    'now',
    'now-15m',
    'now-1h30m',
    '1769868300000',
    '2026-01-31T14:00:00Z',
    '2026-01-31T14:00:00.250+01:00',
  ])('is read like the server reads it: %s', (text) => {
    const parsed = parseTime(text, NOW);
    expect(resolveTime(text, NOW)).toBe(parsed.ok ? parsed.ms : undefined);
  });

  it.each(['yesterday', 'now+5m', 'now-', 'now-5', '', '14:30'])(
    'is left to the server where it is none: %j',
    (text) => {
      expect(resolveTime(text, NOW)).toBeUndefined();
      expect(parseTime(text, NOW).ok).toBe(false);
    },
  );
});

describe('a duration', () => {
  it.each([
    [300_000, '5m'],
    [90_000, '1m30s'],
    [86_700_000, '1d5m'],
    [604_800_000, '7d'],
    [1250, '1s250ms'],
    [0, '0s'],
  ])('of %d ms is written %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
    expect(durationMs(text)).toBe(ms);
    if (ms > 0) expect(parseDuration(text)).toEqual({ ok: true, ms });
  });
});

describe('a time that was typed', () => {
  const local = (...parts: [number, number, number, number, number, number?, number?]) =>
    String(new Date(...parts).getTime());

  it('is local, and of today where it has no date', () => {
    expect(readTyped('14:02', NOW)).toBe(local(2026, 0, 31, 14, 2));
    expect(readTyped(' 9:05:07 ', NOW)).toBe(local(2026, 0, 31, 9, 5, 7));
    expect(readTyped('2025-12-01 23:59:30.5', NOW)).toBe(local(2025, 11, 1, 23, 59, 30, 500));
  });

  it('may be anything the address may hold; relative ones stay relative', () => {
    expect(readTyped('now-15m', NOW)).toBe('now-15m');
    expect(readTyped('1769868300000', NOW)).toBe('1769868300000');
    expect(readTyped('2026-01-31T14:00:00Z', NOW)).toBe(String(Date.UTC(2026, 0, 31, 14)));
  });

  it.each(['24:00', '12:60', '2026-02-30 10:00', 'noon', '', 'now-x'])(
    'is refused where it is none: %j',
    (text) => {
      expect(readTyped(text, NOW)).toBeUndefined();
    },
  );
});
