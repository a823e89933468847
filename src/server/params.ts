// Validators of query parameters that several routes share. They also describe the parameters in /openapi.json.
import { z } from '@hono/zod-openapi';
import type { LabelName, Selector, TimeRange } from '../model/selector.ts';
import { LABELS } from '../model/selector.ts';
import { parseSelector } from '../query/selector.ts';
import { parseRange, parseTime } from '../query/time.ts';
import { ApiError } from './errors.ts';

export const DEFAULT_WINDOW_MS = 5 * 60_000;

/** A whole number between `min` and `max`, both included. */
export function integerParam(min: number, max: number, fallback: number, description: string) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .pipe(z.number().min(min, message).max(max, message))
    .optional()
    .transform((value) => value ?? fallback)
    .openapi({ type: 'integer', minimum: min, maximum: max, default: fallback, description });
}

export const labelParam = z
  .enum(LABELS, { error: `must be one of ${LABELS.join(', ')}` })
  .openapi({ description: 'A label name.' });

/** Parameters of every route that asks about a window. Unknown parameters are refused by name. */
export const windowQuery = z.strictObject({
  from: z.string().optional().openapi({
    description: 'RFC 3339, epoch ms or relative; default 5 minutes before `until`.',
    example: 'now-15m',
  }),
  until: z.string().optional().openapi({ description: 'Like `from`; default now.', example: 'now' }),
  query: z
    .string()
    .optional()
    .openapi({ description: 'Selector; default everything.', example: '{comm="node"}' }),
});

export interface WindowParams {
  from?: string | undefined;
  until?: string | undefined;
  query?: string | undefined;
}

export interface Window {
  range: TimeRange;
  selector: Selector;
}

/** Reads the window of a request; throws the ApiError that names what is malformed. */
export function readWindow(params: WindowParams, nowMs: number): Window {
  return { range: readRange(params, nowMs), selector: readSelector(params.query) };
}

function readRange({ from, until }: WindowParams, nowMs: number): TimeRange {
  const parsed = parseRange(from ?? defaultFrom(until, nowMs), until, nowMs);
  if (parsed.ok) return parsed.range;
  throw new ApiError(400, 'bad_time', parsed.message);
}

/** Undefined where `until` is malformed (then the range tells so) or within five minutes of 1970. */
function defaultFrom(until: string | undefined, nowMs: number): string | undefined {
  const end = parseTime(until ?? 'now', nowMs);
  return end.ok && end.ms > DEFAULT_WINDOW_MS ? String(end.ms - DEFAULT_WINDOW_MS) : undefined;
}

export function readSelector(query: string | undefined): Selector {
  const parsed = parseSelector(query ?? '');
  if (parsed.ok) return parsed.selector;
  throw new ApiError(400, 'bad_selector', `query: ${parsed.message}`, 'for example {comm="node", pid!="42"}');
}

/** `group` for the store and its presence for the tree builders. */
export function groupOption(groupBy: LabelName | undefined): { groupBy: boolean } {
  return { groupBy: groupBy !== undefined };
}
