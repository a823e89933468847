// GET /api/v1/diff: two windows compared, as one merged tree and one table, or as a pprof file with a base.
import type { z } from '@hono/zod-openapi';
import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { StackTable } from '../../model/stack-table.ts';
import type { ComparedSide, Normalization } from '../../query/diff.ts';
import { compareTables, NORMALIZATIONS } from '../../query/diff.ts';
import { diffFunctions } from '../../query/diff-functions.ts';
import { diffTrees } from '../../query/diff-tree.ts';
import { parseFramePath } from '../../query/frame-path.ts';
import { objectKinds } from '../../query/object-kinds.ts';
import { encodePprofDiff } from '../../query/pprof-diff.ts';
import type { App, ServerContext } from '../context.ts';
import { diffSchema } from '../diff-schema.ts';
import type { DiffWindows } from '../diff-windows.ts';
import { diffWindowsQuery, readDiffWindows } from '../diff-windows.ts';
import type { Window } from '../params.ts';
import { groupOption, integerParam, oneOf, treeQuery } from '../params.ts';
import { attachment, PPROF_LABEL } from '../pprof-answer.ts';
import { errorResponses } from '../responses.ts';
import type { StackParams } from '../window-stacks.ts';
import { filterQuery, windowStacks } from '../window-stacks.ts';

const query = diffWindowsQuery.extend({
  ...treeQuery,
  ...filterQuery,
  normalize: oneOf(NORMALIZATIONS)
    .optional()
    .openapi({
      description:
        'What is compared: `share` of each window (default), `core-seconds` (CPUs busy), or CPU time as it is ' +
        '(`none`; default for pprof, where `share` is what its own -normalize does).',
      example: 'share',
    }),
  limit: integerParam(1, 10_000, 100, 'Functions at most.'),
  sort: oneOf(['self', 'total'])
    .default('total')
    .openapi({ description: 'Functions are ordered by the size of the change of this.' }),
  format: oneOf(['json', 'pprof']).default('json').openapi({
    description:
      'pprof: one file as `go tool pprof -diff_base` reads and saves it; whole, whatever the limits.',
  }),
});
type DiffParams = z.infer<typeof query>;

const route = createRoute({
  method: 'get',
  path: '/api/v1/diff',
  summary: 'Two windows compared: left is before, right is after.',
  request: { query },
  responses: {
    200: {
      description: 'The comparison.',
      content: {
        'application/json': { schema: diffSchema },
        'application/octet-stream': { schema: { type: 'string', format: 'binary' } },
      },
    },
    ...errorResponses,
  },
});

interface Tables {
  left: StackTable;
  right: StackTable;
}

export function diffRoutes(app: App, { store, now }: ServerContext): void {
  /** One after the other: a diff must not take both places that the store has for readers. */
  const readTables = async ({ left, right }: DiffWindows, asked: StackParams): Promise<Tables> => ({
    left: await windowStacks(store, left, asked),
    right: await windowStacks(store, right, asked),
  });
  app.openapi(route, async (c) => {
    const params = c.req.valid('query');
    const windows = readDiffWindows(params, now());
    const { groupBy, focus, ignore, hide, show_from } = params;
    const asked: StackParams = { groupBy, focus, ignore, hide, show_from };
    if (params.format === 'pprof') {
      const label = groupBy ?? PPROF_LABEL;
      const tables = await readTables(windows, { ...asked, groupBy: label });
      return pprofDiff(c, tables, windows, label, params.normalize);
    }
    return c.json(diffBody(await readTables(windows, asked), windows, params), 200);
  });
}

async function pprofDiff(
  c: Context,
  tables: Tables,
  windows: DiffWindows,
  groupBy: string,
  normalize: Normalization | undefined,
): Promise<Response> {
  const file = await encodePprofDiff(
    { table: tables.left, range: windows.left.range },
    { table: tables.right, range: windows.right.range },
    { groupBy, ...(normalize === undefined ? {} : { normalize }) },
  );
  return c.body(new Uint8Array(file), 200, {
    'content-type': 'application/octet-stream',
    'content-disposition': attachment(windows.right.range, 'diff.pb.gz'),
  });
}

function diffBody(tables: Tables, windows: DiffWindows, params: DiffParams): z.infer<typeof diffSchema> {
  const normalize = params.normalize ?? 'share';
  const comparison = compareTables(
    { table: tables.left, windowMs: lengthMs(windows.left) },
    { table: tables.right, windowMs: lengthMs(windows.right) },
    normalize,
  );
  const { left, right } = comparison;
  const tree = diffTrees(comparison, {
    ...groupOption(params.groupBy),
    maxNodes: params.maxNodes,
    root: parseFramePath(params.root ?? ''),
  });
  return {
    unit: 'nanoseconds',
    normalize,
    left: sideBody(windows.left, params.leftQuery, left),
    right: sideBody(windows.right, params.rightQuery, right),
    ...tree,
    objectKinds: objectKinds(tree.objects, comparison.table),
    ...diffFunctions(comparison, { limit: params.limit, sortBy: params.sort }),
    verdict: null,
  };
}

function sideBody({ range }: Window, selector: string | undefined, side: ComparedSide) {
  const { total, totalCount, periodNs } = side;
  return { ...range, query: selector ?? '', total, totalCount, cores: side.rate(total), periodNs };
}

function lengthMs({ range }: Window): number {
  return range.untilMs - range.fromMs;
}
