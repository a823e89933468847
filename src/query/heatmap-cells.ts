// How long the columns and rows of a heat map are where nothing is said: enough for a page's width, round numbers.
import type { TimeRange } from '../model/selector.ts';

/** About one column per two pixels of a wide page. */
export const MAX_DEFAULT_COLUMNS = 600;
/** FlameScope's: a second in slices of 20 ms. */
const DEFAULT_ROWS = 50;

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000];
const ROUND_MS = [
  ...[1, 2, 5, 10, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 6, 12].map((hours) => hours * HOUR),
];

/** The shortest round length, ms, that makes no more than `MAX_DEFAULT_COLUMNS` columns of the window. */
export function defaultColumnMs(range: TimeRange): number {
  const columns = (lengthMs: number) =>
    Math.ceil(range.untilMs / lengthMs) - Math.floor(range.fromMs / lengthMs);
  for (const lengthMs of roundLengths()) if (columns(lengthMs) <= MAX_DEFAULT_COLUMNS) return lengthMs;
  throw new RangeError('lengths never end');
}

/** Beyond a day: 1, 2, 5, 10, 20, 50, … days. */
function* roundLengths(): Generator<number> {
  yield* ROUND_MS;
  for (let decade = DAY; ; decade *= 10) for (const of of [1, 2, 5]) yield of * decade;
}

/** Whole ms, at least 1: samples know their time no finer. */
export function defaultRowMs(columnMs: number): number {
  return Math.max(1, Math.round(columnMs / DEFAULT_ROWS));
}
