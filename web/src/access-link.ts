// Who the page is open for, and the way out: shown where the server wants a token.
import { ask } from './api.ts';
import { byId } from './dom.ts';

/** What GET /api/v1/session answers. */
interface Session {
  access: 'open' | 'token';
  name: string | null;
  scope: string | null;
}

export async function showAccess(): Promise<void> {
  const { access, name, scope } = await ask<Session>('/api/v1/session');
  const link = byId('access', HTMLAnchorElement);
  link.hidden = access === 'open' || scope === null;
  link.textContent = `${name ?? ''} (${scope ?? ''})`;
}
