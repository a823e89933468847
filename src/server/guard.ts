// What every request must pass before a route sees it. A web page elsewhere must not be able to query
// a loopback daemon: neither by a name that resolves to 127.0.0.1 (Host) nor from another origin (Origin).
import { isIP } from 'node:net';
import type { Context, MiddlewareHandler } from 'hono';
import { ApiError, quote, refuse } from './errors.ts';
import { MAX_HEADERS } from './limits/server-limits.ts';

/** Room for the longest selector (10,000 characters), percent-encoded in part. */
export const MAX_URL_LENGTH = 16_384;

/** Under which names, besides those of loopback, the server may be asked. */
export interface AllowedHosts {
  /** `name` or `name:port`. */
  names: readonly string[];
  /**
   * Any IP address will do: it cannot be made to lead elsewhere, as a name can. For servers that listen beyond loopback,
   * whose addresses may be translated on the way.
   */
  anyAddress: boolean;
}

export const LOOPBACK_ONLY: AllowedHosts = { names: [], anyAddress: false };

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** The host of `name`, `name:port` or `[v6]:port` in lower case, or undefined where it is malformed. */
function hostName(host: string): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/.exec(host.toLowerCase())?.[1];
}

function hostAllowed(host: string, { names, anyAddress }: AllowedHosts): boolean {
  const name = hostName(host);
  if (name === undefined) return false;
  if (LOOPBACK.test(name) || (anyAddress && isIP(name.replace(/^\[|\]$/g, '')) !== 0)) return true;
  return names.some((allowed) => [name, host.toLowerCase()].includes(allowed.toLowerCase()));
}

function checkHost(c: Context, allowedHosts: AllowedHosts): void {
  // Both count: a request line with an absolute URL may name another host than the header does. A name whose last part is a
  // number (`localhost1.1`) makes no URL.
  const fromUrl = URL.canParse(c.req.url) ? new URL(c.req.url).host : '';
  const host = c.req.header('host') ?? fromUrl;
  if ([host, fromUrl].every((each) => hostAllowed(each, allowedHosts))) return;
  throw new ApiError(
    403,
    'bad_host',
    `this server does not answer to the host name ${quote(host)}`,
    'use 127.0.0.1 or localhost, or start the server with --allow-host',
  );
}

/** The host an Origin header names, as a Host header would spell it; undefined for `null` and other schemes. */
function originHost(origin: string): string | undefined {
  const parsed = URL.canParse(origin) ? new URL(origin) : undefined;
  return parsed !== undefined && /^https?:$/.test(parsed.protocol) ? parsed.host : undefined;
}

/** As an Origin of the same scheme spells it: without the scheme's own port. A proxy may speak TLS in our place. */
function ownHost(c: Context, origin: string | undefined): string | undefined {
  const scheme = origin?.startsWith('https:') === true ? 'https' : 'http';
  return originHost(`${scheme}://${c.req.header('host') ?? new URL(c.req.url).host}`);
}

function checkOrigin(c: Context): void {
  const origin = c.req.header('origin');
  const own = ownHost(c, origin);
  // Requests that carry no Origin (images, scripts) still say where they come from in current browsers;
  // following a link here from elsewhere is a navigation and fine.
  const site = c.req.header('sec-fetch-site');
  const foreign = site !== undefined && site !== 'same-origin' && site !== 'none';
  const navigates = c.req.header('sec-fetch-mode') === 'navigate' && c.req.method === 'GET';
  if ((origin === undefined || originHost(origin) === own) && (!foreign || navigates)) return;
  throw new ApiError(
    403,
    'bad_origin',
    `requests from ${origin === undefined ? 'other sites' : quote(origin)} are refused`,
  );
}

function checkHeaders(c: Context): void {
  const count = [...c.req.raw.headers.keys()].length;
  if (count <= MAX_HEADERS) return;
  throw new ApiError(
    431,
    'too_many_headers',
    `the request has ${count} headers`,
    `at most ${MAX_HEADERS} are read`,
  );
}

function checkContentType(c: Context): void {
  if (['GET', 'HEAD', 'OPTIONS'].includes(c.req.method)) return;
  const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json') return;
  throw new ApiError(
    415,
    'bad_content_type',
    `${c.req.method} wants content-type: application/json, not ${quote(type ?? '')}`,
  );
}

function checkLength(c: Context): void {
  if (c.req.url.length <= MAX_URL_LENGTH) return;
  throw new ApiError(
    414,
    'url_too_long',
    `the URL has ${c.req.url.length} characters, at most ${MAX_URL_LENGTH} are read`,
    'shorten the selector',
  );
}

export function guard(allowedHosts: AllowedHosts): MiddlewareHandler {
  return async (c, next) => {
    try {
      checkHost(c, allowedHosts);
      checkOrigin(c);
      checkLength(c);
      checkHeaders(c);
      checkContentType(c);
    } catch (error) {
      if (error instanceof ApiError) return refuse(c, error);
      throw error;
    }
    return next();
  };
}
