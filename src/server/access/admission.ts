// Lets a request pass whose caller may make it, and says to the others what is missing.
import type { Context, MiddlewareHandler } from 'hono';
import { clientAddress } from '../client-connection.ts';
import { ApiError, refuse } from '../errors.ts';
import type { ServerLog } from '../service.ts';
import type { TokenAccess } from './credentials.ts';
import { ANYBODY, callerOf } from './credentials.ts';
import { RefusalLog } from './refusal-log.ts';
import { policyOf } from './route-policies.ts';
import type { Caller } from './scope.ts';
import { includes } from './scope.ts';

declare module 'hono' {
  interface ContextVariableMap {
    /** Set for every request that was let in; of public routes only where a token was shown. */
    caller: Caller | undefined;
  }
}

/** Where the page asks for a token; `to` is where it goes on. */
const LOGIN_PAGE = '/login.html';

export interface AdmissionOptions {
  /** Undefined: everybody may do everything. */
  access: TokenAccess | undefined;
  log: ServerLog;
  /** Makes guessing slow: told of each token that lets nobody in. */
  penalize: (address: string) => void;
}

export function admission({ access, log, penalize }: AdmissionOptions): MiddlewareHandler {
  const refusals = new RefusalLog(log);
  return async (c, next) => {
    if (access === undefined) {
      c.set('caller', ANYBODY);
      return next();
    }
    const { scope } = policyOf(c);
    const shown = callerOf(c, access);
    c.set('caller', shown.caller);
    if (scope === 'public') return next();
    if (shown.caller === undefined) {
      if (shown.why === 'unknown') {
        penalize(clientAddress(c));
        refusals.note(clientAddress(c), c.req.path);
      }
      return askForToken(c, shown.why);
    }
    if (includes(shown.caller.scope, scope)) return next();
    return refuse(c, outOfScope(shown.caller));
  };
}

/** A person who opens the page is led to the form; programs get an error. */
function askForToken(c: Context, why: 'none' | 'unknown'): Response {
  if (c.req.path === '/' && c.req.method === 'GET') {
    const { search } = new URL(c.req.url);
    return c.redirect(`${LOGIN_PAGE}?to=${encodeURIComponent(`/${search}`)}`, 303);
  }
  c.header('www-authenticate', 'Bearer realm="pilotlight"');
  const message =
    why === 'none' ? 'this server wants a token' : 'the token or session is not one of this server';
  const hint = 'send the header "Authorization: Bearer TOKEN"; browsers: open / and enter it';
  return refuse(c, new ApiError(401, why === 'none' ? 'no_token' : 'bad_token', message, hint));
}

function outOfScope({ name, scope }: Caller): ApiError {
  return new ApiError(
    403,
    'out_of_scope',
    `the token ${name} has the scope ${scope}, which does not include this`,
    'use a token of the scope admin',
  );
}
