// Rows of a statement's answer as a table for people: columns as wide as what is in them.
import { cutTo, displayWidth, fitTo, printable } from './terminal-text.ts';

export interface ResultColumns {
  columns: readonly { name: string; type: string }[];
  rows: readonly (readonly unknown[])[];
}

/** A list of functions can have thousands of characters; CSV and JSON have all of them. */
const MAX_CELL = 100;
const GAP = '  ';

/** Types whose values are numbers, and stand at the right. */
const NUMERIC = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\b)/;

/** `width`: columns of the terminal; undefined where lines may be as long as they need. */
export function resultTable({ columns, rows }: ResultColumns, width: number | undefined): string {
  const heading = columns.map(({ name }) => cellText(name));
  const cells = rows.map((row) => row.map(cellText));
  const widths = columns.map((_, at) =>
    [heading, ...cells].reduce((widest, row) => Math.max(widest, displayWidth(row[at] ?? '')), 1),
  );
  const line = (row: readonly string[]) =>
    row.map((cell, at) => place(cell, widths[at]!, NUMERIC.test(columns[at]!.type))).join(GAP);
  const rule = widths.map((columnWidth) => '─'.repeat(columnWidth)).join(GAP);
  const lines = [line(heading), rule, ...cells.map(line)];
  return lines.map((text) => `${cut(text.trimEnd(), width)}\n`).join('');
}

function cut(line: string, width: number | undefined): string {
  return width === undefined ? line : cutTo(width, line);
}

function cellText(value: unknown): string {
  const text = value === null ? 'NULL' : typeof value === 'string' ? value : JSON.stringify(value);
  return cutTo(MAX_CELL, printable(text));
}

function place(cell: string, width: number, right: boolean): string {
  return right ? ' '.repeat(width - displayWidth(cell)) + cell : fitTo(width, cell);
}
