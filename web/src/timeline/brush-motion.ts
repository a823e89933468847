// How a window changes while it is dragged or moved by keys. No DOM here.
import type { TimeSpan } from '../time/time-span.ts';
import { between, lengthMs, resize, shift } from '../time/time-span.ts';

/** `a` is the base (before), `b` the window itself (after); exploring knows only `b`. */
export type Side = 'a' | 'b';

/** What was taken hold of. */
export type Grip = 'draw' | 'move' | 'fromMs' | 'untilMs';

export interface Drag {
  grip: Grip;
  /** Where it was taken. */
  startMs: number;
  /** The window when it was taken. */
  span: TimeSpan;
  bounds: TimeSpan;
}

export function dragged({ grip, startMs, span, bounds }: Drag, toMs: number): TimeSpan {
  if (grip === 'draw') return between(startMs, toMs, bounds);
  if (grip === 'move') return shift(span, toMs - startMs, bounds);
  return resize(span, grip, toMs, bounds);
}

/** A key moves by a tenth of the window, in whole seconds where the window has some. */
function keyStep(span: TimeSpan): number {
  const tenth = lengthMs(span) / 10;
  return tenth >= 1000 ? Math.round(tenth / 1000) * 1000 : Math.max(10, Math.round(tenth));
}

/** The window after an arrow key; with Shift its end moves alone. Undefined for other keys. */
export function keyed(
  key: string,
  shiftKey: boolean,
  span: TimeSpan,
  bounds: TimeSpan,
): TimeSpan | undefined {
  if (key !== 'ArrowLeft' && key !== 'ArrowRight') return undefined;
  const by = (key === 'ArrowLeft' ? -1 : 1) * keyStep(span);
  return shiftKey ? resize(span, 'untilMs', span.untilMs + by, bounds) : shift(span, by, bounds);
}

/** What the range is multiplied by for a key; undefined for other keys. */
export function zoomFactor(key: string): number | undefined {
  if (key === '+' || key === '=') return 0.5;
  if (key === '-' || key === '_') return 2;
  return undefined;
}
