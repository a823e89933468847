// GET /api/v1/flamegraph: a window's call tree as columns and string tables.
import { createRoute, z } from '@hono/zod-openapi';
import { flamegraphBody } from '../../query/flamegraph-body.ts';
import { parseFramePath } from '../../query/frame-path.ts';
import type { App, ServerContext } from '../context.ts';
import { groupOption, readWindow, treeQuery, windowQuery } from '../params.ts';
import { errorResponses, jsonResponse } from '../responses.ts';
import { filterQuery, windowStacks } from '../window-stacks.ts';

const column = z.array(z.number());

export const flamegraphSchema = z
  .object({
    fromMs: z.number(),
    untilMs: z.number(),
    unit: z.literal('nanoseconds').openapi({ description: 'Of `total`, `nodes.self` and `nodes.total`.' }),
    total: z.number(),
    totalCount: z.number().openapi({ description: 'Samples in the window.' }),
    periodNs: z.number().openapi({ description: 'Sampling period most in force; 0 without samples.' }),
    names: z.array(z.string()),
    objects: z.array(z.string()).openapi({ description: "Paths of objects; the first is '' (none)." }),
    files: z.array(z.string()).openapi({ description: "Source files; the first is '' (unknown)." }),
    tiers: z.array(z.string()).openapi({
      description: "How code made at run time was compiled; the first is '' (not told).",
    }),
    objectKinds: z.array(z.string()).openapi({ description: 'Kind of each object, in the same order.' }),
    nodes: z
      .object({
        ...{ parent: column, name: column, object: column },
        file: column.openapi({ description: 'Index into `files`.' }),
        line: column.openapi({ description: 'That the heaviest stack of the node is at; 0 where unknown.' }),
        tier: column.openapi({ description: 'Index into `tiers`, of the heaviest stack of the node.' }),
        ...{ self: column, total: column, count: column },
      })
      .openapi({ description: 'Depth first; node 0 is the root, its parent -1.' }),
    hidden: z.object({ nodes: z.number(), count: z.number(), share: z.number() }),
  })
  .openapi('Flamegraph');

const route = createRoute({
  method: 'get',
  path: '/api/v1/flamegraph',
  summary: 'The call tree of a window.',
  request: { query: windowQuery.extend({ ...treeQuery, ...filterQuery }) },
  responses: { 200: jsonResponse(flamegraphSchema, 'The tree.'), ...errorResponses },
});

export function flamegraphRoutes(app: App, { store, now }: ServerContext): void {
  app.openapi(route, async (c) => {
    const { from, until, query, maxNodes, root, ...asked } = c.req.valid('query');
    const window = readWindow({ from, until, query }, now());
    const table = await windowStacks(store, window, asked);
    const options = { ...groupOption(asked.groupBy), maxNodes, root: parseFramePath(root ?? '') };
    return c.json(flamegraphBody(table, window.range, options), 200);
  });
}
