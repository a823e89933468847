// Tokens for tests of who may ask.
import type { TokenAccess } from '../../src/server/access/credentials.ts';
import { Sessions } from '../../src/server/access/sessions.ts';
import { TokenSet } from '../../src/server/access/token-set.ts';

export const READ_TOKEN = 'read-0123456789abcdef0123';
export const ADMIN_TOKEN = 'admin-0123456789abcdef012';

export function tokenAccess(now?: () => number): TokenAccess {
  const set = new TokenSet([
    { scope: 'read', name: 'grafana', text: READ_TOKEN },
    { scope: 'admin', name: 'ops', text: ADMIN_TOKEN },
  ]);
  const tokens = () => set;
  return { tokens, sessions: new Sessions(tokens, now) };
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
