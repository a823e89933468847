// A selector: which samples a query is about. Its text is read and written by selector-text.ts.

export const LABELS = [
  'comm',
  'exe',
  'pid',
  'thread',
  'cpu',
  'container',
  'pod',
  'namespace',
  'unit',
  'user',
  'host',
  'kind',
] as const;
export type LabelName = (typeof LABELS)[number];

/** What a sample's leaf frame says of it: samples can be grouped by it, as by a label. */
export const FRAME_FIELDS = ['function', 'object', 'file'] as const;
export type FrameField = (typeof FRAME_FIELDS)[number];

export const GROUPINGS = [...LABELS, ...FRAME_FIELDS] as const;
export type GroupBy = (typeof GROUPINGS)[number];

export function isFrameField(groupBy: string | undefined): groupBy is FrameField {
  return FRAME_FIELDS.some((field) => field === groupBy);
}

/** A label against a text: the same (`=`), or the whole of it matched by a regular expression of RE2 (`=~`). */
export interface TextMatcher {
  label: LabelName;
  op: '=' | '!=' | '=~' | '!~';
  value: string;
}

/** A label against a set of texts, of at least one. */
export interface SetMatcher {
  label: LabelName;
  op: 'in' | 'notin';
  values: readonly string[];
}

/** A sample that lacks a label has the empty text for it. */
export type Matcher = TextMatcher | SetMatcher;

export type MatcherOperator = Matcher['op'];

/** What an operator turns into where it is to select all other samples. */
const OPPOSITE = {
  '=': '!=',
  '!=': '=',
  '=~': '!~',
  '!~': '=~',
  in: 'notin',
  notin: 'in',
} as const satisfies Record<MatcherOperator, MatcherOperator>;

export function isNegative(op: MatcherOperator): boolean {
  return op === '!=' || op === '!~' || op === 'notin';
}

/** The matcher that holds for exactly the other samples. */
export function opposite(matcher: Matcher): Matcher {
  if ('values' in matcher) return { ...matcher, op: OPPOSITE[matcher.op] };
  return { ...matcher, op: OPPOSITE[matcher.op] };
}

/** All matchers must hold. */
export type Selector = readonly Matcher[];

/** Half-open interval [fromMs, untilMs) in ms since the epoch. */
export interface TimeRange {
  fromMs: number;
  untilMs: number;
}
