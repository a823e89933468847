// The two windows of a diff: left is before (the base), right is after.
import { z } from '@hono/zod-openapi';
import type { TimeRange } from '../model/selector.ts';
import { parseTime } from '../query/time.ts';
import { ApiError } from './errors.ts';
import type { Window } from './params.ts';
import { fromParam, queryParam, readRange, readSelector, untilParam } from './params.ts';

/** Parameters that say both windows. Unknown parameters are refused by name. */
export const diffWindowsQuery = z.strictObject({
  leftFrom: fromParam.openapi({
    description: 'Begin of the base; default as long before `leftUntil` as the right window is long.',
    example: 'now-30m',
  }),
  leftUntil: untilParam.openapi({
    description: 'End of the base; default where the right window begins, or as long after `leftFrom`.',
    example: 'now-15m',
  }),
  rightFrom: fromParam.openapi({
    description: 'Begin of what is compared with it; default 5 minutes before `rightUntil`.',
    example: 'now-15m',
  }),
  rightUntil: untilParam.openapi({ description: 'Like `rightFrom`; default now.', example: 'now' }),
  leftQuery: queryParam,
  rightQuery: queryParam,
});

export type DiffWindowsParams = z.infer<typeof diffWindowsQuery>;

export interface DiffWindows {
  left: Window;
  right: Window;
}

/** Throws the ApiError that names what is malformed. */
export function readDiffWindows(params: DiffWindowsParams, nowMs: number): DiffWindows {
  const { leftQuery, rightFrom, rightUntil, rightQuery } = params;
  const names = { from: 'rightFrom', until: 'rightUntil' };
  const right = readRange({ from: rightFrom, until: rightUntil }, nowMs, names);
  return {
    left: {
      range: readBase(params, right, nowMs),
      selector: readSelector(leftQuery, 'leftQuery'),
      queryName: 'leftQuery',
    },
    right: { range: right, selector: readSelector(rightQuery, 'rightQuery'), queryName: 'rightQuery' },
  };
}

/** An end that is not given makes the base as long as the right window; without both it lies right before it. */
function readBase({ leftFrom, leftUntil }: DiffWindowsParams, right: TimeRange, nowMs: number): TimeRange {
  const lengthMs = right.untilMs - right.fromMs;
  const names = { from: 'leftFrom', until: 'leftUntil' };
  const start = leftFrom === undefined ? undefined : parseTime(leftFrom, nowMs);
  if (leftUntil === undefined && start?.ok === true) {
    return readRange({ from: leftFrom, until: String(start.ms + lengthMs) }, nowMs, names);
  }
  if (leftFrom !== undefined) return readRange({ from: leftFrom, until: leftUntil }, nowMs, names);
  const until = leftUntil ?? String(right.fromMs);
  const end = parseTime(until, nowMs);
  if (end.ok && end.ms < lengthMs) throw tooEarly(leftUntil, lengthMs);
  const from = end.ok ? String(end.ms - lengthMs) : undefined;
  return readRange({ from, until }, nowMs, names);
}

function tooEarly(leftUntil: string | undefined, lengthMs: number): ApiError {
  const end = leftUntil === undefined ? 'the right window begins' : 'leftUntil is';
  return new ApiError(
    400,
    'bad_time',
    `leftFrom: ${end} too early for a base of equal length (${lengthMs} ms): it would begin before 1970`,
    'give leftFrom, or choose a shorter right window',
  );
}
