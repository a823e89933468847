// Times, ranges and durations as text: RFC 3339, epoch milliseconds, `now`, `now-15m`.
import type { TimeRange } from '../model/selector.ts';

export type ParsedTime = { ok: true; ms: number } | { ok: false; message: string };
export type ParsedDuration = { ok: true; ms: number } | { ok: false; message: string };
export type ParsedRange = { ok: true; range: TimeRange } | { ok: false; message: string };

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
/** The last millisecond a JavaScript Date can tell; nothing is stored beyond it. */
const MAX_EPOCH_MS = 8.64e15;
const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** `10s`, `250ms`, `24h`, `1h30m`; always longer than nothing. */
export function parseDuration(text: string): ParsedDuration {
  const trimmed = text.trim();
  if (trimmed.length > 40 || !/^(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+$/.test(trimmed)) {
    return { ok: false, message: `${show(text)} is not a duration; write 10s, 15m, 24h, 7d or 2w` };
  }
  let ms = 0;
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)) {
    ms += Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
  }
  ms = Math.round(ms);
  if (ms < 1) return { ok: false, message: `the duration ${show(text)} is shorter than 1 ms` };
  if (ms > MAX_EPOCH_MS) return { ok: false, message: `the duration ${show(text)} is too long` };
  return { ok: true, ms };
}

/** A point in time, ms since the epoch. */
export function parseTime(text: string, nowMs: number): ParsedTime {
  const trimmed = text.trim();
  if (trimmed === 'now') return { ok: true, ms: nowMs };
  if (trimmed.startsWith('now-')) {
    const back = parseDuration(trimmed.slice('now-'.length));
    return back.ok ? inRange(nowMs - back.ms, text) : back;
  }
  if (/^\d{1,17}$/.test(trimmed)) return inRange(Number(trimmed), text);
  const rfc3339 = parseRfc3339(trimmed);
  if (rfc3339 !== undefined) return inRange(rfc3339, text);
  return {
    ok: false,
    message: `${show(text)} is not a time; write RFC 3339 (2026-01-31T14:00:00Z), epoch milliseconds, now or now-15m`,
  };
}

/** What the ends of a range are called where they were written: messages name them. */
export interface RangeNames {
  from: string;
  until: string;
}

/** A half-open window. Missing ends are `until` = now and `from` = 15 minutes before `until`. */
export function parseRange(
  from: string | undefined,
  until: string | undefined,
  nowMs: number,
  names: RangeNames = { from: 'from', until: 'until' },
): ParsedRange {
  const end = parseTime(until ?? 'now', nowMs);
  if (!end.ok) return { ok: false, message: `${names.until}: ${end.message}` };
  const start = from === undefined ? parseTime('now-15m', end.ms) : parseTime(from, nowMs);
  if (!start.ok) return { ok: false, message: `${names.from}: ${start.message}` };
  if (start.ms >= end.ms) {
    const [fromIso, untilIso] = [start.ms, end.ms].map((ms) => new Date(ms).toISOString());
    return {
      ok: false,
      message: `${names.until} (${untilIso!}) must be after ${names.from} (${fromIso!})`,
    };
  }
  return { ok: true, range: { fromMs: start.ms, untilMs: end.ms } };
}

/** `Date.parse` takes February 31st for March 3rd: the day is checked against the calendar here. */
function parseRfc3339(text: string): number | undefined {
  const match = RFC_3339.exec(text);
  if (!match) return undefined;
  const [, year, month, day] = match.map(Number) as [number, number, number, number];
  const calendar = new Date(Date.UTC(2000, month - 1, day));
  calendar.setUTCFullYear(year, month - 1, day);
  if (calendar.getUTCMonth() !== month - 1 || calendar.getUTCDate() !== day) return undefined;
  const ms = Date.parse(text.toUpperCase().replace(' ', 'T'));
  return Number.isNaN(ms) ? undefined : ms;
}

function inRange(ms: number, text: string): ParsedTime {
  if (ms >= 0 && ms <= MAX_EPOCH_MS) return { ok: true, ms };
  return { ok: false, message: `the time ${show(text)} is out of range` };
}

/** Quotes what a caller sent, cut short: messages end up in logs. */
function show(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
