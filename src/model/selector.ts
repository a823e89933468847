// A selector: which samples a query is about.

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

/** `label = "value"`; further operators arrive with the query language. */
export interface Matcher {
  label: LabelName;
  op: '=' | '!=';
  value: string;
}

/** All matchers must hold. */
export type Selector = readonly Matcher[];

/** Half-open interval [fromMs, untilMs) in ms since the epoch. */
export interface TimeRange {
  fromMs: number;
  untilMs: number;
}
