// What each route asks of a caller and what it may cost: one table, in which every route has its line.
import type { Context } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { Scope } from './scope.ts';

/** What the audit log calls a request. */
export type AuditedAs = 'export' | 'sql' | 'pin' | 'session';

export interface RoutePolicy {
  /** `public`: answered before anybody has shown a token. */
  scope: Scope | 'public';
  /**
   * `heavy`: reads a window of samples; `light`: asks the store for less; `none`: neither. Only so many of the first two
   * run at once (src/server/limits/work-gate.ts).
   */
  cost: 'heavy' | 'light' | 'none';
  /** The answer is given up after so long; null where the route sets an end itself. */
  deadlineMs: number | null;
  /** Of the body, where the method has one. */
  maxBodyBytes: number;
  audit?: AuditedAs;
}

const HEAVY: RoutePolicy = { scope: 'read', cost: 'heavy', deadlineMs: 60_000, maxBodyBytes: 0 };
const LIGHT: RoutePolicy = { scope: 'read', cost: 'light', deadlineMs: 30_000, maxBodyBytes: 0 };
const FREE: RoutePolicy = { scope: 'read', cost: 'none', deadlineMs: 30_000, maxBodyBytes: 0 };
const PUBLIC: RoutePolicy = { ...FREE, scope: 'public' };

/** By method and path, as they are registered. */
export const ROUTE_POLICIES: Readonly<Record<string, RoutePolicy>> = {
  'GET /api/v1/profile': { ...HEAVY, audit: 'export' },
  'GET /api/v1/flamegraph': HEAVY,
  'GET /api/v1/top': HEAVY,
  'GET /api/v1/diff': HEAVY,
  'GET /api/v1/series': HEAVY,
  'GET /api/v1/heatmap': HEAVY,
  'GET /api/v1/labels': LIGHT,
  'GET /api/v1/labels/:name/values': LIGHT,
  'GET /api/v1/pins': LIGHT,
  'POST /api/v1/pins': { ...LIGHT, scope: 'admin', maxBodyBytes: 16_384, audit: 'pin' },
  'DELETE /api/v1/pins/:id': { ...LIGHT, scope: 'admin', audit: 'pin' },
  'GET /api/v1/prototypes': LIGHT,
  'GET /api/v1/status': LIGHT,
  // Waits as long as it is told to, and takes a place only for what comes then (routes/debug.ts).
  'GET /debug/pprof/profile': { ...HEAVY, cost: 'none', deadlineMs: null, audit: 'export' },
  // Read-only, in a process of its own, with limits of its own: running, waiting, deadline. Longest statement, escaped.
  'POST /api/v1/sql': { ...FREE, deadlineMs: null, maxBodyBytes: 1 << 20, audit: 'sql' },
  'GET /metrics': LIGHT,
  // Probes of an init system carry no token, and tell nothing but that there is a server.
  'GET /healthz': PUBLIC,
  'GET /readyz': { ...LIGHT, scope: 'public' },
  'GET /openapi.json': FREE,
  'GET /api/v1/session': PUBLIC,
  'POST /api/v1/session': { ...PUBLIC, maxBodyBytes: 4096, audit: 'session' },
  'DELETE /api/v1/session': { ...PUBLIC, audit: 'session' },
  'GET /': FREE,
  // The page's scripts and styles, which are the same everywhere, and the form that asks for the token.
  'GET /*': PUBLIC,
};

/** Whoever adds a route and forgets its line: nobody but an admin may use it, and the tests say so. */
export const UNKNOWN_ROUTE: RoutePolicy = { ...HEAVY, scope: 'admin' };
/** Where nothing is registered: the answer is 404, which says nothing to strangers either. */
const NO_ROUTE: RoutePolicy = { ...FREE };

export function policyOf(c: Context): RoutePolicy {
  const route = matchedRoutes(c).find(({ method }) => method !== 'ALL');
  if (route === undefined) return NO_ROUTE;
  const key = `${route.method} ${route.path}`;
  return Object.hasOwn(ROUTE_POLICIES, key) ? ROUTE_POLICIES[key]! : UNKNOWN_ROUTE;
}
