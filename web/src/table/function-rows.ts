// Which functions the table shows, in which order. No DOM here.
import type { TopBody } from '../api.ts';
import { matches } from '../frame-tree.ts';
import type { Sort } from '../view-state.ts';

export type FunctionRow = TopBody['functions'][number];

/** Rows in the document at most, until more are asked for. */
export const PAGE_ROWS = 200;

const byText = (a: string, b: string) => a.localeCompare(b, 'en');

const ORDER: Readonly<Record<Sort, (a: FunctionRow, b: FunctionRow) => number>> = {
  self: (a, b) => b.self - a.self || b.total - a.total,
  total: (a, b) => b.total - a.total || b.self - a.self,
  name: (a, b) => byText(a.name, b.name) || b.self - a.self,
  object: (a, b) => byText(a.object, b.object) || b.self - a.self,
};

/** Functions that match a search (all, without one) in an order. */
export function shownRows(body: TopBody, search: string, sort: Sort): FunctionRow[] {
  const found = search === '' ? body.functions : body.functions.filter((row) => matches(row, search));
  return found.toSorted(ORDER[sort]);
}

export interface RowSums {
  functions: number;
  /** Of the window's CPU time. */
  selfShare: number;
}

export function sumOf(rows: readonly FunctionRow[]): RowSums {
  return { functions: rows.length, selfShare: rows.reduce((sum, { selfShare }) => sum + selfShare, 0) };
}
