// How finely the timeline is asked for: steps people can name, few enough to see, at rest while time moves on.
import type { TimeSpan } from '../time/time-span.ts';
import { lengthMs } from '../time/time-span.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** From a tenth of a second, some ten samples of a busy CPU, to half a day. */
const STEPS_MS = [
  ...[0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
];

/** A bin is then three to four pixels wide on a wide screen. */
export const MAX_BINS = 400;

/** Days, where the longest step is too short. */
export function stepFor(span: TimeSpan): number {
  const least = lengthMs(span) / MAX_BINS;
  return STEPS_MS.find((step) => step >= least) ?? Math.ceil(least / (24 * HOUR)) * 24 * HOUR;
}

export interface Bins {
  fromMs: number;
  untilMs: number;
  stepMs: number;
}

/** Bins begin at multiples of the step: looking again moves the picture along and changes none of its bins. */
export function binsFor(span: TimeSpan): Bins {
  const stepMs = stepFor(span);
  return {
    fromMs: Math.max(0, Math.floor(span.fromMs / stepMs) * stepMs),
    untilMs: Math.ceil(span.untilMs / stepMs) * stepMs,
    stepMs,
  };
}
