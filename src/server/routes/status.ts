// GET /api/v1/status: the sums of the law of conservation, our own cost, budgets, what could be named.
import { createRoute, z } from '@hono/zod-openapi';
import type { App, ServerContext } from '../context.ts';
import { DEFAULT_WINDOW_MS } from '../params.ts';
import { errorResponses, jsonResponse } from '../responses.ts';
import type { StatusBody } from '../status.ts';
import { statusSchema } from '../status.ts';

const route = createRoute({
  method: 'get',
  path: '/api/v1/status',
  summary: 'How sampling and storing are going.',
  request: { query: z.strictObject({}) },
  responses: { 200: jsonResponse(statusSchema, 'The state.'), ...errorResponses },
});

/** Of the last five minutes: what a page opened now would show. */
async function coverage({ store, now }: ServerContext): Promise<StatusBody['coverage']> {
  const untilMs = now();
  const range = { fromMs: untilMs - DEFAULT_WINDOW_MS, untilMs };
  const { samples, namedSamples, unresolved } = await store.coverage(range);
  return {
    ...range,
    samples,
    namedSamples,
    namedShare: samples === 0 ? null : namedSamples / samples,
    // Object ids are 64-bit and stay out of JSON; a build id or a path is what a person can act on.
    unresolved: unresolved.map(({ buildId, path, samples: count }) => ({ buildId, path, samples: count })),
  };
}

/** The service's own account, completed from the store. */
export async function readStatus(context: ServerContext): Promise<StatusBody> {
  const { store, service } = context;
  const status = await service.status();
  return {
    ...status,
    sampling: service.sampling,
    store: status.store ?? (await store.usage()),
    coverage: status.coverage ?? (await coverage(context)),
  };
}

export function statusRoutes(app: App, context: ServerContext): void {
  app.openapi(route, async (c) => c.json(await readStatus(context), 200));
}
