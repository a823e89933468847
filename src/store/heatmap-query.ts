// CPU time within the second: one column per stretch of time, one row per slice of it. What is spread evenly over a
// minute and what comes in bursts have the same sum there, and look different here.
import type { DuckDBConnection } from '@duckdb/node-api';
import { BIGINT } from '@duckdb/node-api';
import { eachChunk, numbers } from './each-chunk.ts';
import { Parameters } from './parameters.ts';
import type { Heatmap } from './profile-store.ts';
import { whereSql } from './selector-sql.ts';
import type { SampleQuery } from './stack-query.ts';
import { StoreError } from './store-error.ts';

/** 16 bytes each here, and some 10 as JSON: an answer stays below 5 MB. */
export const MAX_HEATMAP_CELLS = 200_000;

/** How a window falls into cells; whole ms. Columns are aligned to the epoch, so that neighbouring windows agree. */
export interface HeatmapGrid {
  /** Where the first column begins. */
  startMs: number;
  columns: number;
  /** The last row is shorter where `columnMs` is no multiple of `rowMs`. */
  rows: number;
}

export function heatmapGrid(
  range: SampleQuery['range'],
  { columnMs, rowMs }: { columnMs: number; rowMs: number },
): HeatmapGrid {
  const startMs = Math.floor(range.fromMs / columnMs) * columnMs;
  return {
    startMs,
    columns: Math.max(0, Math.ceil((range.untilMs - startMs) / columnMs)),
    rows: Math.ceil(columnMs / rowMs),
  };
}

export async function queryHeatmap(
  connection: DuckDBConnection,
  query: SampleQuery,
  columnMs: number,
  rowMs: number,
): Promise<Heatmap> {
  if (!Number.isInteger(columnMs) || !Number.isInteger(rowMs) || rowMs < 1 || columnMs < rowMs) {
    throw new StoreError(
      'bad-query',
      'columns and rows are whole milliseconds, a row no longer than a column',
    );
  }
  const grid = heatmapGrid(query.range, { columnMs, rowMs });
  const cells = grid.columns * grid.rows;
  if (cells > MAX_HEATMAP_CELLS) {
    throw new StoreError(
      'bad-query',
      `${cells} cells are more than ${MAX_HEATMAP_CELLS}; use longer columns`,
    );
  }
  const heatmap: Heatmap = {
    ...grid,
    columnMs,
    rowMs,
    weightNs: new Float64Array(cells),
    count: new Float64Array(cells),
  };
  await sumCells(connection, query, heatmap);
  return heatmap;
}

async function sumCells(
  connection: DuckDBConnection,
  { selector, range, host }: SampleQuery,
  { startMs, columnMs, rowMs, rows, weightNs, count }: Heatmap,
): Promise<void> {
  const parameters = new Parameters();
  const add = (value: number) => parameters.add(BigInt(value), BIGINT);
  const since = `(s.time_ms - ${add(startMs)})`;
  const column = add(columnMs);
  await eachChunk(
    connection,
    `SELECT (${since} // ${column} * ${add(rows)} + ${since} % ${column} // ${add(rowMs)})::DOUBLE AS cell,
       sum(s.weight_ns)::DOUBLE, sum(s.count)::DOUBLE
     FROM samples s WHERE ${whereSql(selector, range, host, parameters)} GROUP BY cell`,
    (chunk, length) => {
      const [cell, weight, samples] = [numbers(chunk, 0), numbers(chunk, 1), numbers(chunk, 2)];
      for (let row = 0; row < length; row++) {
        weightNs[cell(row)] = weight(row);
        count[cell(row)] = samples(row);
      }
    },
    parameters,
  );
}
