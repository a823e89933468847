// GET /api/v1/labels and /api/v1/labels/{name}/values: what a selector can say.
import { createRoute, z } from '@hono/zod-openapi';
import type { App, ServerContext } from '../context.ts';
import { integerParam, labelParam, readWindow, windowQuery } from '../params.ts';
import { errorResponses, jsonResponse } from '../responses.ts';

const namesRoute = createRoute({
  method: 'get',
  path: '/api/v1/labels',
  summary: 'Labels that have a value in a window.',
  request: { query: windowQuery },
  responses: {
    200: jsonResponse(z.object({ names: z.array(z.string()) }).openapi('LabelNames'), 'The names.'),
    ...errorResponses,
  },
});

const valuesSchema = z
  .object({
    name: z.string(),
    values: z.array(z.object({ value: z.string(), count: z.number() })),
    hidden: z.object({
      count: z.number().openapi({ description: 'Values beyond the limit.' }),
      share: z.number().openapi({ description: 'Of all values.' }),
    }),
  })
  .openapi('LabelValues');

const valuesRoute = createRoute({
  method: 'get',
  path: '/api/v1/labels/{name}/values',
  summary: 'Values of a label in a window, most samples first.',
  request: {
    params: z.object({ name: labelParam }),
    query: windowQuery.extend({ limit: integerParam(1, 10_000, 200, 'Values at most.') }),
  },
  responses: { 200: jsonResponse(valuesSchema, 'The values.'), ...errorResponses },
});

export function labelRoutes(app: App, { store, now }: ServerContext): void {
  app.openapi(namesRoute, async (c) => {
    const { range, selector } = readWindow(c.req.valid('query'), now());
    return c.json({ names: await store.labelNames(selector, range) }, 200);
  });
  app.openapi(valuesRoute, async (c) => {
    const { name } = c.req.valid('param');
    const { limit, ...window } = c.req.valid('query');
    const { range, selector } = readWindow(window, now());
    const { values, hidden } = await store.labelValues(name, selector, range, limit);
    const share = hidden === 0 ? 0 : hidden / (values.length + hidden);
    return c.json({ name, values, hidden: { count: hidden, share } }, 200);
  });
}
