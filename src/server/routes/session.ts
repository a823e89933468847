// /api/v1/session: a browser shows its token once, gets a cookie for it, and gives that back.
import { createRoute, z } from '@hono/zod-openapi';
import { ANYBODY } from '../access/credentials.ts';
import { clearSessionCookie, readSessionCookie, setSessionCookie } from '../access/session-cookie.ts';
import { SCOPES } from '../access/scope.ts';
import { clientAddress } from '../client-connection.ts';
import type { App, ServerContext } from '../context.ts';
import { ApiError } from '../errors.ts';
import { errorResponse, errorResponses, jsonResponse } from '../responses.ts';

const path = '/api/v1/session';
const noQuery = z.strictObject({});

const sessionSchema = z
  .object({
    access: z
      .enum(['open', 'token'])
      .openapi({ description: 'Whether the server lets everybody in who reaches it, or wants a token.' }),
    name: z.string().nullable().openapi({ description: 'Of the token that was shown; null for none.' }),
    scope: z.enum(SCOPES).nullable().openapi({ description: 'What the caller may do; null for nothing.' }),
  })
  .openapi('Session');

const showRoute = createRoute({
  method: 'get',
  path,
  summary: 'Who asks, and what they may do.',
  request: { query: noQuery },
  responses: { 200: jsonResponse(sessionSchema, 'The caller.'), ...errorResponses },
});

const beginRoute = createRoute({
  method: 'post',
  path,
  summary: 'Begins a session: the answer sets a cookie. Programs send `Authorization: Bearer TOKEN` instead.',
  request: {
    query: noQuery,
    body: {
      required: true,
      content: { 'application/json': { schema: z.strictObject({ token: z.string().max(1024) }) } },
    },
  },
  responses: {
    200: jsonResponse(sessionSchema, 'The caller from now on.'),
    ...errorResponses,
    404: errorResponse('This server wants no token.'),
  },
});

const endRoute = createRoute({
  method: 'delete',
  path,
  summary: 'Ends the session of the cookie.',
  request: { query: noQuery },
  responses: { 200: jsonResponse(sessionSchema, 'The caller from now on.'), ...errorResponses },
});

const NOBODY = { access: 'token', name: null, scope: null } as const;

export function sessionRoutes(app: App, { access, penalize }: ServerContext): void {
  app.openapi(showRoute, (c) => {
    const caller = c.get('caller');
    if (access === undefined)
      return c.json({ access: 'open' as const, name: null, scope: ANYBODY.scope }, 200);
    return c.json(caller === undefined ? NOBODY : { access: 'token' as const, ...caller }, 200);
  });

  app.openapi(beginRoute, (c) => {
    if (access === undefined) throw new ApiError(404, 'open_access', 'this server wants no token');
    const { token } = c.req.valid('json');
    const caller = access.tokens().find(token);
    const id = access.sessions.begin(token);
    if (caller === undefined || id === undefined) {
      penalize(clientAddress(c));
      throw new ApiError(401, 'bad_token', 'the token is not one of this server');
    }
    c.set('caller', caller);
    setSessionCookie(c, id);
    return c.json({ access: 'token' as const, ...caller }, 200);
  });

  app.openapi(endRoute, (c) => {
    const id = readSessionCookie(c);
    if (id !== undefined) access?.sessions.end(id);
    clearSessionCookie(c);
    return c.json(
      access === undefined ? { ...NOBODY, access: 'open' as const, scope: ANYBODY.scope } : NOBODY,
      200,
    );
  });
}
