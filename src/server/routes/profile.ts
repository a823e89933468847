// GET /api/v1/profile: any stored window as a file.
import { createRoute } from '@hono/zod-openapi';
import type { App, ServerContext } from '../context.ts';
import { oneOf, readWindow, windowQuery } from '../params.ts';
import { PROFILE_ANSWERS, PROFILE_FORMATS } from '../profile-answers.ts';
import { errorResponse, errorResponses, fileResponse } from '../responses.ts';
import { filterQuery } from '../window-stacks.ts';

const route = createRoute({
  method: 'get',
  path: '/api/v1/profile',
  summary: 'A stored window as a file.',
  request: {
    query: windowQuery.extend({
      ...filterQuery,
      format: oneOf(PROFILE_FORMATS)
        .default('pprof')
        .openapi({
          description:
            'pprof (gzip), folded stacks (samples), speedscope, html: one page with the flame graph in it, or bundle: ' +
            'a tar with every sample of the window, to be opened elsewhere (without filters of stacks).',
        }),
    }),
  },
  responses: {
    200: fileResponse(
      'The profile.',
      'application/octet-stream',
      'text/plain',
      'application/json',
      'text/html',
      'application/x-tar',
    ),
    ...errorResponses,
    503: errorResponse(
      'The page that a report is made from has not been built, or another bundle is being made.',
    ),
    507: errorResponse('The disk of the data directory has no room for the bundle.'),
  },
});

export function profileRoutes(app: App, context: ServerContext): void {
  app.openapi(route, (c) => {
    const { format, from, until, query, ...filters } = c.req.valid('query');
    const window = readWindow({ from, until, query }, context.now());
    return PROFILE_ANSWERS[format](c, context, { ...window, query: query ?? '', filters });
  });
}
