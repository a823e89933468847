// GET /healthz and /readyz: probes. Healthy: the process answers. Ready: the store answers too.
import { createRoute, z } from '@hono/zod-openapi';
import type { App, ServerContext } from '../context.ts';
import { ApiError } from '../errors.ts';
import { errorResponse, errorResponses, jsonResponse } from '../responses.ts';

const okSchema = z.object({ status: z.literal('ok') }).openapi('Ok');

const request = { query: z.strictObject({}) };

const healthRoute = createRoute({
  method: 'get',
  path: '/healthz',
  summary: 'The process answers.',
  request,
  responses: { 200: jsonResponse(okSchema, 'It does.'), ...errorResponses },
});

const readyRoute = createRoute({
  method: 'get',
  path: '/readyz',
  summary: 'The store can be queried.',
  request,
  responses: {
    200: jsonResponse(okSchema, 'It can.'),
    ...errorResponses,
    503: errorResponse('It cannot.'),
  },
});

export function healthRoutes(app: App, { store, log }: ServerContext): void {
  app.openapi(healthRoute, (c) => c.json({ status: 'ok' as const }, 200));
  app.openapi(readyRoute, async (c) => {
    try {
      await store.usage();
    } catch (error) {
      log.warn({ err: error }, 'not ready: the store does not answer');
      throw new ApiError(503, 'not_ready', 'the store does not answer');
    }
    return c.json({ status: 'ok' as const }, 200);
  });
}
