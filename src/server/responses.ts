// Pieces of route descriptions that repeat: what a route may answer besides its own body.
import type { z } from '@hono/zod-openapi';
import { errorSchema } from './errors.ts';
import { MAX_URL_LENGTH } from './guard.ts';

export function errorResponse(description: string) {
  return jsonResponse(errorSchema, description);
}

/** What every route may answer; Host, Origin and the length of the URL are checked before any route sees a request. */
export const errorResponses = {
  400: errorResponse('A parameter is unknown or malformed.'),
  403: errorResponse('The Host or Origin header is not one of this server.'),
  414: errorResponse(`The URL has more than ${MAX_URL_LENGTH} characters.`),
  500: errorResponse('A fault of the server, which its log tells.'),
};

export function jsonResponse<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

/** A download in one of several forms. */
export function fileResponse(description: string, ...types: string[]) {
  const schema = { type: 'string', format: 'binary' } as const;
  return { description, content: Object.fromEntries(types.map((type) => [type, { schema }])) };
}
