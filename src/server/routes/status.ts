// GET /api/v1/status: the sums of the law of conservation, our own cost, budgets, what could be named.
import { createRoute, z } from '@hono/zod-openapi';
import type { App, ServerContext } from '../context.ts';
import { DEFAULT_WINDOW_MS } from '../params.ts';
import { errorResponses, jsonResponse } from '../responses.ts';
import type { StatusBody } from '../status.ts';
import { statusSchema } from '../status.ts';

/** Each may cost a look at the host's files. */
const GAINING_OBJECTS = 10;

const route = createRoute({
  method: 'get',
  path: '/api/v1/status',
  summary: 'How sampling and storing are going.',
  request: { query: z.strictObject({}) },
  responses: { 200: jsonResponse(statusSchema, 'The state.'), ...errorResponses },
});

/** Of the last five minutes: what a page opened now would show. */
async function coverage({ store, advisor, now }: ServerContext): Promise<StatusBody['coverage']> {
  const untilMs = now();
  const range = { fromMs: untilMs - DEFAULT_WINDOW_MS, untilMs };
  const { samples, namedSamples, byLevel, unresolved, gain } = await store.coverage(range);
  const gaining = gain.slice(0, GAINING_OBJECTS);
  const advice = await advisor.advise(gaining);
  const share = (part: number) => part / samples;
  return {
    ...range,
    samples,
    namedSamples,
    namedShare: samples === 0 ? null : share(namedSamples),
    // Object ids are 64-bit and stay out of JSON; a build id or a path is what a person can act on.
    unresolved: unresolved.map(({ buildId, path, samples: count }) => ({ buildId, path, samples: count })),
    shares:
      samples === 0
        ? null
        : {
            line: share(byLevel.line),
            function: share(byLevel.function),
            object: share(byLevel.object),
            nothing: share(byLevel.nothing),
          },
    gain: gaining.map(({ object: { buildId, path }, samples: count, has }, i) => ({
      ...{ buildId, path, samples: count, has },
      advice: advice[i]!,
    })),
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
