// Pieces of route descriptions that repeat: what a route may answer besides its own body.
import type { z } from '@hono/zod-openapi';
import { errorSchema } from './errors.ts';

const error = (description: string) => ({
  description,
  content: { 'application/json': { schema: errorSchema } },
});

export const errorResponses = {
  400: error('A parameter is unknown or malformed.'),
  403: error('The Host or Origin header is not one of this server.'),
};

export function jsonResponse<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

/** A download in one of several forms. */
export function fileResponse(description: string, ...types: string[]) {
  const schema = { type: 'string', format: 'binary' } as const;
  return { description, content: Object.fromEntries(types.map((type) => [type, { schema }])) };
}
