// GET /openapi.json: what the validators of all routes say of themselves.
import { createRoute, z } from '@hono/zod-openapi';
import { ROUTE_POLICIES } from '../access/route-policies.ts';
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

const TOKEN = {
  type: 'http',
  scheme: 'bearer',
  description:
    'A line of --token-file; the scope that a route asks for is `read` or `admin`, which may all that `read` may.',
} as const;

export function openApiRoutes(app: App, { version, access }: ServerContext): void {
  app.openapi(route, (c) => {
    // Made when asked for: routes registered after this one are in it too.
    const description = app.getOpenAPI31Document({
      openapi: '3.1.0',
      info: { title: 'Pilotlight', version, description: DESCRIPTION },
    });
    const told: object = access === undefined ? description : withSecurity(description);
    return c.json(told, 200);
  });
}

/** Says of each route whether it wants a token, and of which scope. */
function withSecurity({
  paths = {},
  components,
  ...description
}: ReturnType<App['getOpenAPI31Document']>): object {
  const secured = Object.entries(paths).map(([path, methods]) => {
    const operations = Object.entries(methods as Record<string, object>).map(([method, operation]) => {
      const key = `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`;
      const scope = ROUTE_POLICIES[key]?.scope ?? 'admin';
      return [method, { ...operation, security: scope === 'public' ? [] : [{ token: [scope] }] }] as const;
    });
    return [path, Object.fromEntries(operations)] as const;
  });
  return {
    ...description,
    paths: Object.fromEntries(secured),
    components: { ...components, securitySchemes: { token: TOKEN } },
  };
}
