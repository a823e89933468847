// Validators of query parameters that several routes share. They also describe the parameters in /openapi.json.
import { z } from '@hono/zod-openapi';
import { DEFAULT_TREE, MAX_NODES } from '../model/page-request.ts';
import { MAX_SELECTOR_LENGTH, parseSelector } from '../model/selector-text.ts';
import type { GroupBy, Selector, TimeRange } from '../model/selector.ts';
import { GROUPINGS, LABELS } from '../model/selector.ts';
import type { RangeNames } from '../query/time.ts';
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

/** One of a few words; the message lists them. */
export function oneOf<const T extends readonly string[]>(words: T) {
  return z.enum(words, { error: `must be one of ${words.join(', ')}` });
}

export const labelParam = oneOf(LABELS).openapi({ description: 'A label name.' });

/** Of a flame graph, a diff or a series. */
export const groupByParam = oneOf(GROUPINGS).optional().openapi({
  description:
    'A label, or what the leaf frame says: its `function`, its `object` (path), its source `file`.',
  example: 'comm',
});

/** Descriptions and examples of the three parameters that say a window. */
export const fromParam = z.string().optional().openapi({
  description: 'RFC 3339, epoch ms or relative; default 5 minutes before `until`.',
  example: 'now-15m',
});
export const untilParam = z
  .string()
  .optional()
  .openapi({ description: 'Like `from`; default now.', example: 'now' });
export const queryParam = z
  .string()
  .optional()
  .openapi({
    description:
      `Selector, at most ${MAX_SELECTOR_LENGTH} characters; default everything. Labels are compared with =, !=, ` +
      'with regular expressions (RE2, of the whole value) by =~, !~, and with sets by in (…), notin (…).',
    example: '{comm=~"node|gcc", pid!="42", user notin ("root", "ci")}',
  });

/** Parameters of every route that asks about a window. Unknown parameters are refused by name. */
export const windowQuery = z.strictObject({ from: fromParam, until: untilParam, query: queryParam });

/** Parameters of every route that answers what is below a path of frames. */
export const pathQuery = {
  root: z.string().optional().openapi({
    description: 'Frame names from the outermost; only stacks that begin so.',
    example: 'main;run',
  }),
  groupBy: groupByParam,
};

/** Parameters of every route that answers a call tree. */
export const treeQuery = {
  ...pathQuery,
  maxNodes: integerParam(
    1,
    MAX_NODES,
    DEFAULT_TREE.nodes,
    'The heaviest nodes are kept; `hidden` tells the rest.',
  ),
};

export interface WindowParams {
  from?: string | undefined;
  until?: string | undefined;
  query?: string | undefined;
}

export interface Window {
  range: TimeRange;
  selector: Selector;
  /** What the parameter with the selector is called; `query` by default. */
  queryName?: string;
}

/** Reads the window of a request; throws the ApiError that names what is malformed. */
export function readWindow(params: WindowParams, nowMs: number): Window {
  return { range: readRange(params, nowMs), selector: readSelector(params.query) };
}

export function readRange({ from, until }: WindowParams, nowMs: number, names?: RangeNames): TimeRange {
  const parsed = parseRange(from ?? defaultFrom(until, nowMs), until, nowMs, names);
  if (parsed.ok) return parsed.range;
  throw new ApiError(400, 'bad_time', parsed.message);
}

/** Undefined where `until` is malformed (then the range tells so) or within five minutes of 1970. */
function defaultFrom(until: string | undefined, nowMs: number): string | undefined {
  const end = parseTime(until ?? 'now', nowMs);
  return end.ok && end.ms > DEFAULT_WINDOW_MS ? String(end.ms - DEFAULT_WINDOW_MS) : undefined;
}

/** `name` is what the parameter is called. */
export function readSelector(query: string | undefined, name = 'query'): Selector {
  const parsed = parseSelector(query ?? '');
  if (parsed.ok) return parsed.selector;
  throw new ApiError(
    400,
    'bad_selector',
    `${name}: ${parsed.message}`,
    'for example {comm="node", pid!="42"} or {pod=~"web-.*", user notin ("root", "ci")}',
  );
}

/** `group` for the store and its presence for the tree builders. */
export function groupOption(groupBy: GroupBy | undefined): { groupBy: boolean } {
  return { groupBy: groupBy !== undefined };
}
