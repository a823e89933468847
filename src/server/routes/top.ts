// GET /api/v1/top: the functions of a window.
import { createRoute, z } from '@hono/zod-openapi';
import { parseFramePath } from '../../query/frame-path.ts';
import { stacksBelow } from '../../query/stacks-below.ts';
import { topFunctions } from '../../query/top.ts';
import type { App, ServerContext } from '../context.ts';
import { groupOption, integerParam, oneOf, pathQuery, readWindow, windowQuery } from '../params.ts';
import { errorResponses, jsonResponse } from '../responses.ts';
import { filterQuery, windowStacks } from '../window-stacks.ts';

const SORTS = ['self', 'total'] as const;

const functionRow = z
  .object({
    name: z.string(),
    object: z.string(),
    file: z.string(),
    self: z.number(),
    total: z.number().openapi({ description: 'Once per stack, however often the function recurs in it.' }),
    selfCount: z.number(),
    totalCount: z.number(),
    selfShare: z.number(),
    totalShare: z.number(),
  })
  .openapi('FunctionRow');

const topSchema = z
  .object({
    fromMs: z.number(),
    untilMs: z.number(),
    unit: z.literal('nanoseconds'),
    total: z.number(),
    totalCount: z.number(),
    functions: z.array(functionRow),
    hidden: z.object({ functions: z.number(), count: z.number(), share: z.number() }),
  })
  .openapi('Top');

const route = createRoute({
  method: 'get',
  path: '/api/v1/top',
  summary: 'The functions of a window by their own or their whole CPU time.',
  request: {
    query: windowQuery.extend({
      ...pathQuery,
      ...filterQuery,
      limit: integerParam(1, 10_000, 100, 'Rows at most.'),
      sort: oneOf(SORTS).default('self').openapi({ description: 'What the functions are ordered by.' }),
    }),
  },
  responses: { 200: jsonResponse(topSchema, 'The table.'), ...errorResponses },
});

export function topRoutes(app: App, { store, now }: ServerContext): void {
  app.openapi(route, async (c) => {
    const { from, until, query, limit, sort, root, ...asked } = c.req.valid('query');
    const window = readWindow({ from, until, query }, now());
    const path = { ...groupOption(asked.groupBy), root: parseFramePath(root ?? '') };
    const table = stacksBelow(await windowStacks(store, window, asked), path);
    return c.json({ ...window.range, ...topFunctions(table, { limit, sortBy: sort }) }, 200);
  });
}
