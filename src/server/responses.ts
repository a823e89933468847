// Pieces of route descriptions that repeat: what a route may answer besides its own body.
import type { z } from '@hono/zod-openapi';
import { errorSchema } from './errors.ts';
import { MAX_URL_LENGTH } from './guard.ts';

export function errorResponse(description: string) {
  return jsonResponse(errorSchema, description);
}

/** What every route may answer: all but 400 and 500 are decided before any route sees a request. */
export const errorResponses = {
  400: errorResponse('A parameter is unknown or malformed.'),
  401: errorResponse('The server wants a token, and none that it knows was shown.'),
  403: errorResponse(
    'The Host or Origin header is not one of this server, or the scope of the token is too small.',
  ),
  411: errorResponse('The length of the body is not told beforehand.'),
  413: errorResponse('The body is too large, or the route takes none.'),
  414: errorResponse(`The URL has more than ${MAX_URL_LENGTH} characters.`),
  415: errorResponse('The request has another method than GET and no `content-type: application/json`.'),
  429: errorResponse('The address of the client asks too often; Retry-After says when to ask again.'),
  431: errorResponse('There are too many headers.'),
  500: errorResponse('A fault of the server, which its log tells.'),
  503: errorResponse(
    'The server is busy with other requests (then Retry-After is sent), took too long for this one, or would need more ' +
      'memory than it may use.',
  ),
};

export function jsonResponse<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

/** A download in one of several forms. */
export function fileResponse(description: string, ...types: string[]) {
  const schema = { type: 'string', format: 'binary' } as const;
  return { description, content: Object.fromEntries(types.map((type) => [type, { schema }])) };
}
