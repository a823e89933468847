// GET /metrics: the status as OpenMetrics.
import { createRoute, z } from '@hono/zod-openapi';
import type { App, ServerContext } from '../context.ts';
import { renderMetrics } from '../openmetrics.ts';
import { errorResponses } from '../responses.ts';
import { readStatus } from './status.ts';

const route = createRoute({
  method: 'get',
  path: '/metrics',
  summary: 'OpenMetrics.',
  request: { query: z.strictObject({}) },
  responses: {
    200: {
      description: 'The metrics.',
      content: { 'application/openmetrics-text': { schema: { type: 'string' } } },
    },
    ...errorResponses,
  },
});

export function metricsRoutes(app: App, context: ServerContext): void {
  app.openapi(route, async (c) => {
    const { text, contentType } = await renderMetrics(await readStatus(context));
    return c.body(text, 200, { 'content-type': contentType });
  });
}
