// How a request shows who sends it: a token in the Authorization header, or a browser's session.
import type { Context } from 'hono';
import { readSessionCookie } from './session-cookie.ts';
import type { Caller } from './scope.ts';
import type { Sessions } from './sessions.ts';
import type { TokenSet } from './token-set.ts';

/** Where tokens are asked for. */
export interface TokenAccess {
  /** Those in force. */
  tokens: () => TokenSet;
  sessions: Sessions;
}

/** Who asks where everybody may: on loopback, or under --insecure. */
export const ANYBODY: Caller = { name: '', scope: 'admin' };

/** `none`: nothing was shown; `unknown`: something that lets nobody in. */
export type Shown = { caller: Caller } | { caller: undefined; why: 'none' | 'unknown' };

/** A header counts more than a cookie: a program that sends both means the header. */
export function callerOf(c: Context, { tokens, sessions }: TokenAccess): Shown {
  const header = c.req.header('authorization');
  if (header !== undefined) {
    const token = tokenOf(header);
    return shown(token === undefined ? undefined : tokens().find(token));
  }
  const id = readSessionCookie(c);
  return id === undefined ? { caller: undefined, why: 'none' } : shown(sessions.find(id));
}

function shown(caller: Caller | undefined): Shown {
  return caller === undefined ? { caller, why: 'unknown' } : { caller };
}

/**
 * `Bearer TOKEN`; or `Basic`, with the token for a password and any user name: `go tool pprof` and some data sources of
 * Grafana can send nothing else. It is never asked for, so that no browser keeps it.
 */
function tokenOf(header: string): string | undefined {
  const [, scheme = '', value = ''] = /^(\S+) +(\S+) *$/.exec(header) ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return value;
    case 'basic': {
      const text = Buffer.from(value, 'base64').toString('utf8');
      const colon = text.indexOf(':');
      return colon < 0 ? undefined : text.slice(colon + 1);
    }
    default:
      return undefined;
  }
}
