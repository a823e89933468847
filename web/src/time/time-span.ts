// Spans of time in ms since the epoch, and how they move. No texts and no DOM here.

/** Half-open: [fromMs, untilMs). */
export interface TimeSpan {
  fromMs: number;
  untilMs: number;
}

/** No window is shorter: samples are stored by the millisecond, at some ten per CPU in this time. */
export const SHORTEST_MS = 100;

export const lengthMs = ({ fromMs, untilMs }: TimeSpan) => untilMs - fromMs;

export const sameSpan = (a: TimeSpan, b: TimeSpan) => a.fromMs === b.fromMs && a.untilMs === b.untilMs;

/** The shortest span that holds all of them. */
export function hull(first: TimeSpan, ...rest: readonly TimeSpan[]): TimeSpan {
  return {
    fromMs: Math.min(first.fromMs, ...rest.map(({ fromMs }) => fromMs)),
    untilMs: Math.max(first.untilMs, ...rest.map(({ untilMs }) => untilMs)),
  };
}

/** Moves a span, no further than the bounds. */
export function shift(span: TimeSpan, byMs: number, bounds: TimeSpan): TimeSpan {
  const by = Math.max(bounds.fromMs - span.fromMs, Math.min(bounds.untilMs - span.untilMs, byMs));
  return { fromMs: Math.round(span.fromMs + by), untilMs: Math.round(span.untilMs + by) };
}

/** Moves one end of a span; the ends never cross. */
export function resize(span: TimeSpan, end: keyof TimeSpan, toMs: number, bounds: TimeSpan): TimeSpan {
  const to = Math.round(Math.max(bounds.fromMs, Math.min(bounds.untilMs, toMs)));
  return end === 'fromMs'
    ? { ...span, fromMs: Math.min(to, span.untilMs - SHORTEST_MS) }
    : { ...span, untilMs: Math.max(to, span.fromMs + SHORTEST_MS) };
}

/** From one time to another, in whichever order they were given. */
export function between(oneMs: number, otherMs: number, bounds: TimeSpan): TimeSpan {
  const clamped = [oneMs, otherMs].map((ms) => Math.max(bounds.fromMs, Math.min(bounds.untilMs, ms)));
  const [fromMs, untilMs] = [Math.round(Math.min(...clamped)), Math.round(Math.max(...clamped))];
  return { fromMs, untilMs: Math.max(untilMs, fromMs + SHORTEST_MS) };
}

/** A span `factor` times as long around the same middle of `focus`, ending no later than `latestMs`. */
export function zoomed(span: TimeSpan, focus: TimeSpan, factor: number, latestMs: number): TimeSpan {
  const length = Math.max(SHORTEST_MS * 10, lengthMs(span) * factor);
  const middle = (focus.fromMs + focus.untilMs) / 2;
  const untilMs = Math.round(Math.min(latestMs, middle + length / 2));
  return { fromMs: Math.round(untilMs - length), untilMs };
}
