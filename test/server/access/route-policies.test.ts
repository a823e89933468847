// Every route has a line in the table, and what has none is for admins.
import { describe, expect, it } from 'vitest';
import type { RoutePolicy } from '../../../src/server/access/route-policies.ts';
import { policyOf, ROUTE_POLICIES, UNKNOWN_ROUTE } from '../../../src/server/access/route-policies.ts';
import { fakeApp } from '../../support/fake-service.ts';

const registered = (app: ReturnType<typeof fakeApp>) => [
  ...new Set(
    app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`),
  ),
];

async function policyAt(path: string, method = 'GET'): Promise<RoutePolicy | undefined> {
  const app = fakeApp();
  let policy: RoutePolicy | undefined;
  // Of a route of its own, beside those of the table.
  app.post('/api/v1/new/:id', (c) => {
    policy = policyOf(c);
    return c.json({});
  });
  await app.request(path, { method, headers: { 'content-type': 'application/json' } });
  return policy;
}

describe('the table of routes', () => {
  it('has a line for every route', () => {
    const routes = registered(fakeApp());
    expect(routes.length).toBeGreaterThan(15);
    expect(routes.filter((route) => !(route in ROUTE_POLICIES))).toEqual([]);
  });

  it('leaves a route without a line to admins', async () => {
    expect(await policyAt('/api/v1/new/7', 'POST')).toBe(UNKNOWN_ROUTE);
    expect(UNKNOWN_ROUTE).toMatchObject({ scope: 'admin', maxBodyBytes: 0 });
  });

  it('is not fooled by names that every object has', () => {
    expect(Object.hasOwn(ROUTE_POLICIES, 'constructor')).toBe(false);
  });

  it('lets strangers see nothing but probes, the page’s files and the form', () => {
    const open = Object.entries(ROUTE_POLICIES).filter(([, { scope }]) => scope === 'public');
    expect(open.map(([route]) => route).sort()).toEqual([
      'DELETE /api/v1/session',
      'GET /*',
      'GET /api/v1/session',
      'GET /healthz',
      'GET /readyz',
      'POST /api/v1/session',
    ]);
  });

  it('sets every route an end, but for those that set one themselves', () => {
    const endless = Object.entries(ROUTE_POLICIES).filter(([, { deadlineMs }]) => deadlineMs === null);
    expect(endless.map(([route]) => route)).toEqual(['GET /debug/pprof/profile', 'POST /api/v1/sql']);
  });

  it('notes in the audit log what takes profiles out', () => {
    for (const route of ['GET /api/v1/profile', 'GET /debug/pprof/profile']) {
      expect(ROUTE_POLICIES[route]?.audit).toBe('export');
    }
    expect(ROUTE_POLICIES['POST /api/v1/sql']?.audit).toBe('sql');
  });
});
