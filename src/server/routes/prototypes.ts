// GET /api/v1/prototypes: how a function of the running kernel is declared.
import { createRoute, z } from '@hono/zod-openapi';
import type { App, ServerContext } from '../context.ts';
import { errorResponses, jsonResponse } from '../responses.ts';

const prototypeSchema = z
  .object({
    name: z.string(),
    prototype: z.string().nullable().openapi({
      description: 'C declaration, from BTF; null where the running kernel does not describe it.',
    }),
  })
  .openapi('Prototype');
export type PrototypeBody = z.infer<typeof prototypeSchema>;

/** KSYM_NAME_LEN. */
const MAX_NAME_LENGTH = 512;

const route = createRoute({
  method: 'get',
  path: '/api/v1/prototypes',
  summary: 'C declaration of a function of the running kernel.',
  request: {
    query: z.strictObject({
      name: z.string().min(1).max(MAX_NAME_LENGTH).openapi({
        description: 'As a flame graph names it.',
        example: 'vfs_read',
      }),
    }),
  },
  responses: { 200: jsonResponse(prototypeSchema, 'The declaration.'), ...errorResponses },
});

export function prototypeRoutes(app: App, { service }: ServerContext): void {
  app.openapi(route, async (c) => {
    const { name } = c.req.valid('query');
    return c.json({ name, prototype: await service.prototype(name) }, 200);
  });
}
