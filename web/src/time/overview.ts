// The timeline's own range: wider than the window, so that the window is seen in its surroundings.
import type { ViewState } from '../view-state.ts';
import type { TimeTexts } from './presets.ts';
import { baseWindow } from './presets.ts';
import type { TimeSpan } from './time-span.ts';
import { hull, lengthMs } from './time-span.ts';
import { isRelative, resolveTime } from './time-text.ts';

/** A window that follows the clock is shown in at least its last hour. */
const LEAST_RELATIVE = { from: 'now-1h', until: 'now' } as const;

/** Undefined where a text is no time: the server then says what is wrong with it. */
export function resolveSpan({ from, until }: TimeTexts, nowMs: number): TimeSpan | undefined {
  const [fromMs, untilMs] = [resolveTime(from, nowMs), resolveTime(until, nowMs)];
  if (fromMs === undefined || untilMs === undefined || fromMs >= untilMs) return undefined;
  return { fromMs, untilMs };
}

/** The base window of a comparison: as chosen, or the same length right before the window. */
export function baseTexts(state: ViewState, nowMs: number): TimeTexts | undefined {
  if (state.baseFrom !== '' && state.baseUntil !== '') {
    return { from: state.baseFrom, until: state.baseUntil };
  }
  const window = resolveSpan(state, nowMs);
  return window === undefined ? undefined : baseWindow('before', state, window);
}

/** What the timeline spans by itself, before it is widened to hold its windows. */
function ownRange(state: ViewState, window: TimeSpan, nowMs: number): TimeSpan {
  const chosen = resolveSpan({ from: state.rangeFrom, until: state.rangeUntil }, nowMs);
  if (chosen !== undefined) return chosen;
  if (isRelative(state.from)) return resolveSpan(LEAST_RELATIVE, nowMs)!;
  const around = lengthMs(window);
  return { fromMs: window.fromMs - around, untilMs: Math.min(nowMs, window.untilMs + around) };
}

/** The timeline never hides what it is for: it holds the window and, in a comparison, the base. */
export function overviewSpan(state: ViewState, nowMs: number): TimeSpan | undefined {
  const window = resolveSpan(state, nowMs);
  if (window === undefined) return undefined;
  const base = state.mode === 'compare' ? baseTexts(state, nowMs) : undefined;
  const resolved = base === undefined ? undefined : resolveSpan(base, nowMs);
  return hull(ownRange(state, window, nowMs), window, ...(resolved === undefined ? [] : [resolved]));
}

/** The range as the address holds it while the window is changed inside it: it stays where it is. */
export function pinnedRange(state: ViewState, nowMs: number): Pick<ViewState, 'rangeFrom' | 'rangeUntil'> {
  if (state.rangeFrom !== '') return { rangeFrom: state.rangeFrom, rangeUntil: state.rangeUntil };
  const span = overviewSpan(state, nowMs);
  if (span === undefined) return { rangeFrom: '', rangeUntil: '' };
  if (!isRelative(state.from)) return { rangeFrom: String(span.fromMs), rangeUntil: String(span.untilMs) };
  const least = resolveSpan(LEAST_RELATIVE, nowMs)!;
  const wider = span.fromMs < least.fromMs;
  return { rangeFrom: wider ? state.from : LEAST_RELATIVE.from, rangeUntil: LEAST_RELATIVE.until };
}
