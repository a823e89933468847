// A table of functions as text: what `record` and `top` print.
import type { FunctionRow, TopTable } from '../query/top.ts';
import { percent, percentColumn } from './numbers.ts';
import { formatCount } from './progress-line.ts';
import { nameAndObject } from './function-name.ts';

const GAP = '  ';
const NUMBERS_WIDTH = 16;

export interface TableLayout {
  /** Columns of the terminal; undefined where lines may be as long as they need. */
  width?: number | undefined;
}

export function functionHeading({ totalCount }: Pick<TopTable, 'totalCount'>): string {
  return `${'self'.padStart(8)}${'total'.padStart(8)}${GAP}function (${formatCount(totalCount)} samples)`;
}

/** One line per function; names and paths made printable, and cut where there is a width. */
export function functionLines(functions: readonly FunctionRow[], layout: TableLayout = {}): string[] {
  return functions.map((row) => {
    const numbers = `${percentColumn(row.selfShare)}${percentColumn(row.totalShare)}`;
    return `${numbers}${GAP}${nameAndObject(row, roomOf(layout))}`;
  });
}

function roomOf({ width }: TableLayout): number | undefined {
  return width === undefined ? undefined : width - NUMBERS_WIDTH - GAP.length;
}

/** What the limit hides, or null where it hides nothing. */
export function hiddenLine({ hidden }: Pick<TopTable, 'hidden'>): string | null {
  if (hidden.functions === 0) return null;
  const functions = hidden.functions === 1 ? 'function has' : 'functions have';
  return `${formatCount(hidden.functions)} more ${functions} ${percent(hidden.share)}`;
}

/** The whole table, as it is printed where it is not redrawn. */
export function tableText(table: TopTable, layout: TableLayout = {}): string {
  const hidden = hiddenLine(table);
  const lines = [functionHeading(table), ...functionLines(table.functions, layout)];
  return `${[...lines, ...(hidden === null ? [] : [hidden])].join('\n')}\n`;
}
