// The cookie that holds a session's id: out of reach of scripts (HttpOnly) and of other sites (SameSite).
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { SESSION_MS } from './sessions.ts';

/** A proxy may speak TLS in our place: then the browser says so when it logs in or out. */
function isSecure(c: Context): boolean {
  return [c.req.url, c.req.header('origin')].some((url) => url?.startsWith('https:') === true);
}

/**
 * Cookies are shared by all ports of a host, so the port is part of the name. `__Host-`: the browser takes it from this
 * very host and by TLS only (RFC 6265bis, 4.1.3.2).
 */
function nameOf(c: Context, secure: boolean): string {
  const port = /:(\d{1,5})$/.exec(c.req.header('host') ?? '')?.[1] ?? 'standard';
  return `${secure ? '__Host-' : ''}pilotlight-${port}`;
}

export function readSessionCookie(c: Context): string | undefined {
  return getCookie(c, nameOf(c, true)) ?? getCookie(c, nameOf(c, false));
}

export function setSessionCookie(c: Context, id: string): void {
  setCookie(c, nameOf(c, isSecure(c)), id, {
    path: '/',
    httpOnly: true,
    sameSite: 'Strict',
    secure: isSecure(c),
    maxAge: SESSION_MS / 1000,
  });
}

export function clearSessionCookie(c: Context): void {
  deleteCookie(c, nameOf(c, isSecure(c)), {
    path: '/',
    httpOnly: true,
    sameSite: 'Strict',
    secure: isSecure(c),
  });
}
