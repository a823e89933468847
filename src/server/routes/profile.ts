// GET /api/v1/profile: any stored window as a file.
import { createRoute } from '@hono/zod-openapi';
import { encodeFolded } from '../../query/folded.ts';
import type { App, ServerContext } from '../context.ts';
import { oneOf, readWindow, windowQuery } from '../params.ts';
import { errorResponses, fileResponse } from '../responses.ts';
import { attachment, pprofAnswer } from '../pprof-answer.ts';

const FORMATS = ['pprof', 'folded'] as const;

const route = createRoute({
  method: 'get',
  path: '/api/v1/profile',
  summary: 'A stored window as pprof (gzip) or folded stacks.',
  request: {
    query: windowQuery.extend({
      format: oneOf(FORMATS).default('pprof'),
    }),
  },
  responses: {
    200: fileResponse('The profile.', 'application/octet-stream', 'text/plain'),
    ...errorResponses,
  },
});

export function profileRoutes(app: App, { store, now }: ServerContext): void {
  app.openapi(route, async (c) => {
    const params = c.req.valid('query');
    const { range, selector } = readWindow(params, now());
    if (params.format === 'folded') {
      const table = await store.stacks(selector, range);
      return c.body(encodeFolded(table), 200, {
        'content-type': 'text/plain; charset=utf-8',
        'content-disposition': attachment(range, 'folded.txt'),
      });
    }
    return pprofAnswer(c, store, selector, range);
  });
}
