// GET /api/v1/heatmap: CPU time within the second.
import { createRoute, z } from '@hono/zod-openapi';
import type { TimeRange } from '../../model/selector.ts';
import { defaultColumnMs, defaultRowMs, MAX_DEFAULT_COLUMNS } from '../../query/heatmap-cells.ts';
import { parseDuration } from '../../query/time.ts';
import { heatmapGrid, MAX_HEATMAP_CELLS } from '../../store/heatmap-query.ts';
import type { App, ServerContext } from '../context.ts';
import { ApiError } from '../errors.ts';
import { readWindow, windowQuery } from '../params.ts';
import { errorResponses, jsonResponse } from '../responses.ts';

const cells = z.array(z.number());

export const heatmapSchema = z
  .object({
    fromMs: z.number(),
    untilMs: z.number(),
    columnMs: z.number().openapi({
      description: 'Length of a column. The first begins at floor(fromMs / columnMs) × columnMs.',
    }),
    rowMs: z.number().openapi({ description: 'Length of a row; the first begins with its column.' }),
    columns: z.number().int(),
    rows: z.number().int(),
    unit: z.literal('nanoseconds').openapi({ description: 'Of `weightNs` and `max`.' }),
    weightNs: cells.openapi({ description: 'CPU time per cell; cell = column × rows + row.' }),
    count: cells.openapi({ description: 'Samples per cell.' }),
    max: z.number().openapi({ description: 'The largest of `weightNs`.' }),
  })
  .openapi('Heatmap');
export type HeatmapBody = z.infer<typeof heatmapSchema>;

const route = createRoute({
  method: 'get',
  path: '/api/v1/heatmap',
  summary: 'CPU time of a window in columns of, say, a second and rows of a slice of it.',
  request: {
    query: windowQuery.extend({
      column: z
        .string()
        .optional()
        .openapi({
          description: `Length of a column; default the shortest round one that makes at most ${MAX_DEFAULT_COLUMNS}.`,
          example: '1s',
        }),
      row: z.string().optional().openapi({
        description: 'Length of a row, at most that of a column; default a 50th of a column.',
        example: '20ms',
      }),
    }),
  },
  responses: {
    200: jsonResponse(heatmapSchema, `The heat map, of at most ${MAX_HEATMAP_CELLS} cells.`),
    ...errorResponses,
  },
});

interface CellParams {
  column?: string | undefined;
  row?: string | undefined;
}

interface CellSize {
  columnMs: number;
  rowMs: number;
}

/** Throws the ApiError that names the parameter to change. */
function readCellSize(params: CellParams, range: TimeRange): CellSize {
  const columnMs = readLength('column', params.column) ?? defaultColumnMs(range);
  const rowMs = readLength('row', params.row) ?? defaultRowMs(columnMs);
  if (rowMs > columnMs) {
    throw new ApiError(400, 'bad_row', `row: ${rowMs} ms is longer than a column (${columnMs} ms)`);
  }
  checkBudget({ columnMs, rowMs }, range);
  return { columnMs, rowMs };
}

function readLength(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const parsed = parseDuration(text);
  if (parsed.ok) return parsed.ms;
  throw new ApiError(400, `bad_${name}`, `${name}: ${parsed.message}`);
}

/** What is named is what is too fine: the rows, where default rows would fit, else the columns. */
function checkBudget(size: CellSize, range: TimeRange): void {
  const { columns, rows } = heatmapGrid(range, size);
  if (columns * rows <= MAX_HEATMAP_CELLS) return;
  const atDefaultRow = heatmapGrid(range, { ...size, rowMs: defaultRowMs(size.columnMs) });
  const name = atDefaultRow.columns * atDefaultRow.rows <= MAX_HEATMAP_CELLS ? 'row' : 'column';
  throw new ApiError(
    400,
    'too_many_cells',
    `${name}: ${columns} columns of ${rows} rows are ${columns * rows} cells, at most ${MAX_HEATMAP_CELLS} are answered`,
    name === 'row' ? `use row=${defaultRowMs(size.columnMs)}ms` : `use column=${defaultColumnMs(range)}ms`,
  );
}

export function heatmapRoutes(app: App, { store, now }: ServerContext): void {
  app.openapi(route, async (c) => {
    const { column, row, ...window } = c.req.valid('query');
    const { range, selector } = readWindow(window, now());
    const { columnMs, rowMs } = readCellSize({ column, row }, range);
    const heatmap = await store.heatmap(selector, range, columnMs, rowMs);
    const { columns, rows, weightNs, count } = heatmap;
    const body: HeatmapBody = {
      ...range,
      columnMs,
      rowMs,
      columns,
      rows,
      unit: 'nanoseconds',
      weightNs: [...weightNs],
      count: [...count],
      max: weightNs.reduce((max, cell) => Math.max(max, cell), 0),
    };
    return c.json(body, 200);
  });
}
