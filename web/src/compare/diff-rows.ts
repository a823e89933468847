// The table of differences as data: which rows, in which order. No DOM.
import { matches } from '../frame-tree.ts';
import type { DiffFunction } from './diff-body.ts';

export const METRICS = ['total', 'self'] as const;
export type Metric = (typeof METRICS)[number];

/** `size` is the change whichever way it goes; `change` orders from the most grown to the most shrunk. */
export const SORT_COLUMNS = [
  'size',
  'change',
  'name',
  'object',
  'before',
  'after',
  'cpusBefore',
  'cpusAfter',
] as const;
export type SortColumn = (typeof SORT_COLUMNS)[number];

export interface DiffSort {
  metric: Metric;
  column: SortColumn;
  descending: boolean;
}

export const DEFAULT_SORT: Readonly<DiffSort> = { metric: 'total', column: 'size', descending: true };

/** `total.size.desc`, as it stands in an address; '' for the default. */
export function formatSort({ metric, column, descending }: DiffSort): string {
  const text = `${metric}.${column}.${descending ? 'desc' : 'asc'}`;
  return text === 'total.size.desc' ? '' : text;
}

/** What is malformed falls back to the default. */
export function parseSort(text: string): DiffSort {
  const [first, second, third, ...rest] = text.split('.');
  const metric = METRICS.find((each) => each === first);
  const column = SORT_COLUMNS.find((each) => each === second);
  if (metric === undefined || column === undefined || rest.length > 0) return DEFAULT_SORT;
  if (third !== 'asc' && third !== 'desc') return DEFAULT_SORT;
  return { metric, column, descending: third === 'desc' };
}

/** The order after a click on a column's head: another column begins with its natural end, the same one turns. */
export function nextSort(sort: DiffSort, column: SortColumn): DiffSort {
  const { metric } = sort;
  if (column === 'change') {
    // The largest changes, then the most grown, then the most shrunk.
    if (sort.column === 'size') return { metric, column: 'change', descending: true };
    if (sort.column === 'change' && sort.descending) return { metric, column: 'change', descending: false };
    return { metric, column: 'size', descending: true };
  }
  const text = column === 'name' || column === 'object';
  return { metric, column, descending: sort.column === column ? !sort.descending : !text };
}

/** One function with the figures of one metric. */
export interface DiffRow {
  name: string;
  object: string;
  file: string;
  /** Shares of each side's CPU time. */
  before: number;
  after: number;
  cpusBefore: number;
  cpusAfter: number;
  /** In the unit of the comparison. */
  change: number;
}

function rowOf({ name, object, file, left, right, change }: DiffFunction, metric: Metric): DiffRow {
  const own = metric === 'self';
  return {
    ...{ name, object, file },
    before: own ? left.selfShare : left.totalShare,
    after: own ? right.selfShare : right.totalShare,
    cpusBefore: own ? left.selfRate : left.totalRate,
    cpusAfter: own ? right.selfRate : right.totalRate,
    change: change[metric],
  };
}

function compare(a: DiffRow, b: DiffRow, column: SortColumn): number {
  if (column === 'name' || column === 'object') return a[column] < b[column] ? -1 : +(a[column] > b[column]);
  if (column === 'size') return Math.abs(a.change) - Math.abs(b.change);
  return a[column] - b[column];
}

/** Rows that match the search ('' takes all), in order; rows that are equal in it stay as the server sent them. */
export function diffRows(functions: readonly DiffFunction[], sort: DiffSort, search: string): DiffRow[] {
  const sign = sort.descending ? -1 : 1;
  return functions
    .filter((row) => search === '' || matches(row, search))
    .map((row) => rowOf(row, sort.metric))
    .filter(({ before, after }) => before > 0 || after > 0)
    .sort((a, b) => sign * compare(a, b, sort.column));
}
