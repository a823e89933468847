// A heat map as data: where its cells lie in time, and how strongly each is coloured. No DOM here.
import type { HeatmapBody } from '../api.ts';
import type { TimeSpan } from '../time/time-span.ts';
import { between } from '../time/time-span.ts';

/** Counted from the left and from the top; the top row begins with the column. */
export interface Cell {
  column: number;
  row: number;
}

/** The cell at a point, whose coordinates are parts (0 to 1) of the whole map. */
export function cellAt({ columns, rows }: HeatmapBody, x: number, y: number): Cell {
  const within = (part: number, count: number) => Math.max(0, Math.min(count - 1, Math.floor(part * count)));
  return { column: within(x, columns), row: within(y, rows) };
}

/** From when to when a cell lasts. The last row of a column may be shorter than the others. */
export function cellSpan(body: HeatmapBody, { column, row }: Cell): TimeSpan {
  const { columnMs, rowMs } = body;
  const begin = (Math.floor(body.fromMs / columnMs) + column) * columnMs;
  return { fromMs: begin + row * rowMs, untilMs: begin + Math.min(columnMs, (row + 1) * rowMs) };
}

/** What a drag from one cell to another chooses: all time from the earlier to the later, no more than the window. */
export function spanOfDrag(body: HeatmapBody, one: Cell, other: Cell): TimeSpan {
  const [a, b] = [cellSpan(body, one), cellSpan(body, other)];
  return between(Math.min(a.fromMs, b.fromMs), Math.max(a.untilMs, b.untilMs), body);
}

/** What a click chooses: the whole column. */
export function spanOfColumn(body: HeatmapBody, column: number): TimeSpan {
  const { fromMs } = cellSpan(body, { column, row: 0 });
  return between(fromMs, fromMs + body.columnMs, body);
}

export interface CellFigures {
  /** Busy on average. */
  cpus: number;
  /** Samples. */
  count: number;
}

export function figuresAt(body: HeatmapBody, cell: Cell): CellFigures {
  const at = cell.column * body.rows + cell.row;
  const { fromMs, untilMs } = cellSpan(body, cell);
  return { cpus: body.weightNs[at]! / ((untilMs - fromMs) * 1e6), count: body.count[at]! };
}

/** Between 0 and 1 by cell. The root shows that something was there where there is little of it. */
export function strengths({ weightNs, max }: HeatmapBody): Float64Array {
  return Float64Array.from(weightNs, (weight) => (max === 0 ? 0 : Math.sqrt(weight / max)));
}
