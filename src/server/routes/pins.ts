// GET, POST and DELETE /api/v1/pins: windows that are kept from retention and from being rolled up.
import { createRoute, z } from '@hono/zod-openapi';
import type { Pin } from '../../store/profile-store.ts';
import { StoreError } from '../../store/store-error.ts';
import type { App, ServerContext } from '../context.ts';
import { ApiError, quote } from '../errors.ts';
import { readRange } from '../params.ts';
import { errorResponse, errorResponses, jsonResponse } from '../responses.ts';

const pinSchema = z
  .object({
    id: z.string(),
    fromMs: z.number(),
    untilMs: z.number(),
    note: z.string(),
    createdMs: z.number(),
  })
  .openapi('Pin') satisfies z.ZodType<Pin>;

const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/pins',
  summary: 'Windows that are kept, the earliest first.',
  request: { query: z.strictObject({}) },
  responses: {
    200: jsonResponse(z.object({ pins: z.array(pinSchema) }).openapi('Pins'), 'The pins.'),
    ...errorResponses,
  },
});

const bodySchema = z.strictObject({
  from: z.string().openapi({ description: 'RFC 3339, epoch ms or relative.', example: 'now-1h' }),
  until: z.string().openapi({ description: 'Like `from`.', example: 'now' }),
  note: z
    .string()
    .max(1000, 'must have at most 1000 characters')
    .default('')
    .openapi({ description: 'Why it is kept.', example: 'the outage of Monday' }),
});

const NO_CHANGES = errorResponse('What is served is only read: a bundle, say.');

const addRoute = createRoute({
  method: 'post',
  path: '/api/v1/pins',
  summary: 'Keeps a window: its samples are neither deleted nor rolled up.',
  request: {
    query: z.strictObject({}),
    body: { required: true, content: { 'application/json': { schema: bodySchema } } },
  },
  responses: { 200: jsonResponse(pinSchema, 'The new pin.'), ...errorResponses, 409: NO_CHANGES },
});

const removeRoute = createRoute({
  method: 'delete',
  path: '/api/v1/pins/{id}',
  summary: 'Gives a window back to retention.',
  request: {
    query: z.strictObject({}),
    params: z.object({
      id: z.string().max(100).openapi({ description: 'As the pin says.', example: '5f3a90c1' }),
    }),
  },
  responses: {
    200: jsonResponse(z.object({ removed: z.string() }).openapi('PinRemoved'), 'The id of the pin that was.'),
    ...errorResponses,
    404: errorResponse('There is no such pin.'),
    409: NO_CHANGES,
  },
});

export function pinRoutes(app: App, { store, now }: ServerContext): void {
  app.openapi(listRoute, async (c) => c.json({ pins: await store.pins() }, 200));
  app.openapi(addRoute, async (c) => {
    const { from, until, note } = c.req.valid('json');
    const range = readRange({ from, until }, now());
    return c.json(await changing(store.pin(range, note)), 200);
  });
  app.openapi(removeRoute, async (c) => {
    const { id } = c.req.valid('param');
    if (await changing(store.unpin(id))) return c.json({ removed: id }, 200);
    throw new ApiError(404, 'no_such_pin', `there is no pin ${quote(id)}`, 'GET /api/v1/pins lists them');
  });
}

async function changing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof StoreError) || error.kind !== 'unwritable') throw error;
    throw new ApiError(409, 'read_only', `nothing can be pinned: ${error.message}`);
  }
}
