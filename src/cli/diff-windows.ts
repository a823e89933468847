// The two windows of `diff`: before and after, as positional `FROM..UNTIL` or by options of each side.
import { parseTime } from '../query/time.ts';
import { usageFailure } from './failure.ts';

export interface DiffWindows {
  leftFrom: string;
  leftUntil: string;
  rightFrom: string;
  rightUntil: string;
}

const HINT = 'for example: pilotlight diff now-2h..now-1h now-1h..now';

/** Where windows touch, one end says the other's; the last ends now. */
export function diffWindows(
  positional: readonly (string | undefined)[],
  options: Partial<DiffWindows>,
): DiffWindows {
  const [before, after] = positional;
  const hasOptions = Object.keys(options).length > 0;
  if (before === undefined) return completed(options);
  if (hasOptions)
    throw usageFailure('windows are given as BEFORE AFTER or by --left-… and --right-…; use one way');
  if (after === undefined) throw usageFailure('one window is given, two are compared', HINT);
  const [left, right] = [parseWindow(before), parseWindow(after)];
  return { leftFrom: left.from, leftUntil: left.until, rightFrom: right.from, rightUntil: right.until };
}

function completed(options: Partial<DiffWindows>): DiffWindows {
  const { leftFrom, rightUntil = 'now' } = options;
  const leftUntil = options.leftUntil ?? options.rightFrom;
  const rightFrom = options.rightFrom ?? options.leftUntil;
  if (leftFrom === undefined || leftUntil === undefined || rightFrom === undefined) {
    throw usageFailure('two windows are needed: from when until when, before and after', HINT);
  }
  return { leftFrom, leftUntil, rightFrom, rightUntil };
}

/** `now-2h..now-1h`. Times hold no two dots in a row. */
function parseWindow(text: string): { from: string; until: string } {
  const [from = '', until = '', ...rest] = text.split('..');
  const valid = rest.length === 0 && [from, until].every((time) => parseTime(time, Date.now()).ok);
  if (!valid) throw usageFailure(`${JSON.stringify(text)} is not a window FROM..UNTIL`, HINT);
  return { from: from.trim(), until: until.trim() };
}
