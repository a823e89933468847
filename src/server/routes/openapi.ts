// GET /openapi.json: what the validators of all routes say of themselves.
import { createRoute, z } from '@hono/zod-openapi';
import type { App, ServerContext } from '../context.ts';
import { errorResponses } from '../responses.ts';

const route = createRoute({
  method: 'get',
  path: '/openapi.json',
  summary: 'This description.',
  request: { query: z.strictObject({}) },
  responses: {
    200: {
      description: 'An OpenAPI 3.1 description of every route.',
      content: { 'application/json': { schema: { type: 'object' } } },
    },
    ...errorResponses,
  },
});

const DESCRIPTION =
  'Profiles of this host, any stored window of them. Times are RFC 3339, epoch milliseconds or relative to now ' +
  '(`now-15m`); windows begin with `from` and end before `until`. CPU times are in nanoseconds. Selectors are ' +
  'written `{comm="node", pid!="42"}`. Unknown parameters are refused.';

export function openApiRoutes(app: App, { version }: ServerContext): void {
  app.openapi(route, (c) => {
    // Made when asked for: routes registered after this one are in it too.
    const description: object = app.getOpenAPI31Document({
      openapi: '3.1.0',
      info: { title: 'Pilotlight', version, description: DESCRIPTION },
    });
    return c.json(description, 200);
  });
}
