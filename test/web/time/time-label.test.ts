// Times for people.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  compactUtc,
  localText,
  spanLabel,
  utcLabel,
  windowLabel,
  zoneLabel,
} from '../../../web/src/time/time-label.ts';

const before = process.env['TZ'];
beforeAll(() => {
  process.env['TZ'] = 'Asia/Kolkata';
});
afterAll(() => {
  if (before === undefined) delete process.env['TZ'];
  else process.env['TZ'] = before;
});

/** 19:30 in Kolkata. */
const AT = Date.UTC(2026, 0, 31, 14, 0, 0);

describe('a window', () => {
  it('is told in local time, with the date where it is not of today', () => {
    expect(windowLabel(AT, AT + 300_000, AT)).toBe('19:30:00 – 19:35:00');
    expect(windowLabel(AT, AT + 300_000, AT + 86_400_000)).toBe('2026-01-31 19:30:00 – 19:35:00');
  });

  it('has both dates where it spans midnight', () => {
    expect(windowLabel(AT, AT + 5 * 3_600_000, AT)).toBe('2026-01-31 19:30:00 – 2026-02-01 00:30:00');
  });

  it('is told in UTC too, with the zone that the local times are in', () => {
    expect(utcLabel(AT, AT + 300_000)).toBe('2026-01-31 14:00:00 – 14:05:00 UTC');
    expect(compactUtc(AT, AT + 300_000)).toBe('14:00 – 14:05 UTC');
    expect(zoneLabel(AT)).toMatch(/^Asia\/(Kolkata|Calcutta), UTC\+05:30$/);
  });

  it('says the UTC date where that is another one', () => {
    const early = Date.UTC(2026, 0, 30, 20);
    expect(compactUtc(early, early + 60_000)).toBe('2026-01-30 20:00 – 20:01 UTC');
  });

  it('can be typed back from its text', () => {
    expect(localText(AT + 250)).toBe('2026-01-31 19:30:00.250');
  });
});

it.each([
  [300_000, '5 min'],
  [5_400_000, '1 h 30 min'],
  [604_800_000, '7 d'],
  [90_061_000, '1 d 1 h'],
  [61_000, '1 min 1 s'],
  [400, '400 ms'],
])('tells %d ms as %s', (ms, text) => {
  expect(spanLabel(ms)).toBe(text);
});
