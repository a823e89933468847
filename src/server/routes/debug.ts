// GET /debug/pprof/profile: Go's convention. Waits, then answers what was sampled meanwhile.
import { setTimeout as sleep } from 'node:timers/promises';
import { createRoute, z } from '@hono/zod-openapi';
import type { App, ServerContext } from '../context.ts';
import { ApiError } from '../errors.ts';
import { integerParam, readSelector, windowQuery } from '../params.ts';
import { pprofAnswer } from '../pprof-answer.ts';
import { errorResponse, errorResponses, fileResponse } from '../responses.ts';

/** Clients that may wait at once; each holds a connection and later a profile in memory. */
export const MAX_WAITING = 32;

const route = createRoute({
  method: 'get',
  path: '/debug/pprof/profile',
  summary: 'Waits for `seconds` from now, then answers their profile as pprof (gzip).',
  request: {
    query: z.strictObject({
      seconds: integerParam(1, 3600, 30, 'How long to wait.'),
      query: windowQuery.shape.query,
    }),
  },
  responses: {
    200: fileResponse('The profile.', 'application/octet-stream'),
    ...errorResponses,
    503: errorResponse('No sampler runs, or too many clients wait already.'),
  },
});

/** False when the client went away before the time was over. */
async function waited(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}

export function debugRoutes(app: App, { store, service, now, heavyWork }: ServerContext): void {
  let waiting = 0;
  app.openapi(route, async (c) => {
    const { seconds, query } = c.req.valid('query');
    const selector = readSelector(query);
    if (!service.sampling) {
      throw new ApiError(
        503,
        'not_sampling',
        'this server runs without a sampler: nothing new arrives',
        'ask /api/v1/profile?from=…&until=… for a stored window',
      );
    }
    if (waiting >= MAX_WAITING) {
      throw new ApiError(503, 'too_many_waiting', `${MAX_WAITING} clients are waiting for a profile already`);
    }
    const fromMs = now();
    waiting++;
    try {
      // Nobody reads the answer to a client that left; the status is for the log of a proxy.
      if (!(await waited(seconds * 1000, c.req.raw.signal))) return c.body(null, 499 as 400);
      const range = { fromMs, untilMs: now() };
      await service.flush();
      return await heavyWork.run(() => pprofAnswer(c, store, { selector, range }), c.req.raw.signal);
    } finally {
      waiting--;
    }
  });
}
