// Who is let in where a token is wanted: programs by a header, browsers by a cookie; on every route.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { ROUTE_POLICIES } from '../../../src/server/access/route-policies.ts';
import type { App } from '../../../src/server/context.ts';
import type { ErrorBody } from '../../../src/server/errors.ts';
import { CONTENT_SECURITY_POLICY } from '../../../src/server/security-headers.ts';
import { fakeApp } from '../../support/fake-service.ts';
import { ADMIN_TOKEN, bearer, READ_TOKEN, tokenAccess } from '../../support/token-access.ts';

const webRoot = mkdtempSync(join(tmpdir(), 'pilotlight-admission-'));
for (const name of ['index.html', 'login.html']) writeFileSync(join(webRoot, name), name);
afterAll(() => rmSync(webRoot, { recursive: true }));

const HOST = 'profiler.internal:4040';
const JSON_TYPE = { 'content-type': 'application/json' };
const open = { names: ['profiler.internal'], anyAddress: false };

let logged: unknown[];
let app: App;
beforeEach(() => {
  logged = [];
  const log = { warn: (details: object) => logged.push(details), error: () => undefined };
  app = fakeApp({ access: tokenAccess(), webRoot, log, allowedHosts: open });
});

async function ask(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const response = await app.request(path, { method, headers: { host: HOST, ...headers } });
  const { status, headers: answered } = response;
  const text = await response.text();
  const hasBody = answered.get('content-type')?.startsWith('application/json') === true && text !== '';
  const body = (hasBody ? JSON.parse(text) : {}) as Partial<ErrorBody>;
  return { status, code: body.error?.code, headers: answered };
}

async function login(token: string, scheme = 'http') {
  return app.request(`${scheme}://${HOST}/api/v1/session`, {
    method: 'POST',
    headers: { host: HOST, ...JSON_TYPE },
    body: JSON.stringify({ token }),
  });
}

const cookieOf = (response: Response) => response.headers.get('set-cookie')!.split(';')[0]!;

describe('a program', () => {
  it('is let in by its token, as Bearer or as the password of Basic', async () => {
    expect((await ask('/api/v1/top', bearer(READ_TOKEN))).status).toBe(200);
    expect((await ask('/api/v1/top', { authorization: `bearer ${READ_TOKEN}` })).status).toBe(200);
    const basic = Buffer.from(`anybody:${READ_TOKEN}`).toString('base64');
    expect((await ask('/api/v1/top', { authorization: `Basic ${basic}` })).status).toBe(200);
  });

  it('is told what is missing', async () => {
    const { status, code, headers } = await ask('/api/v1/top');
    expect([status, code]).toEqual([401, 'no_token']);
    expect(headers.get('www-authenticate')).toBe('Bearer realm="pilotlight"');
    expect(headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY);
  });

  it.each([
    `Bearer ${READ_TOKEN}x`,
    `Bearer ${READ_TOKEN.slice(0, -1)}`,
    `Bearer  `,
    'Bearer',
    READ_TOKEN,
    `Token ${READ_TOKEN}`,
    `Basic ${READ_TOKEN}`,
    `Basic ${Buffer.from(READ_TOKEN).toString('base64')}`,
    `Bearer ${READ_TOKEN} x`,
  ])('is refused with "%s"', async (authorization) => {
    const { status, code } = await ask('/api/v1/top', { authorization });
    expect([status, code]).toEqual([401, 'bad_token']);
  });

  it('finds no way by an address: a token in it is an unknown parameter, and no token', async () => {
    expect((await ask(`/api/v1/top?token=${READ_TOKEN}&access_token=${READ_TOKEN}`)).status).toBe(401);
  });

  it('needs the scope admin for what changes something', async () => {
    const { status, code } = await ask('/api/v1/pins', { ...bearer(READ_TOKEN), ...JSON_TYPE }, 'POST');
    expect([status, code]).toEqual([403, 'out_of_scope']);
    // The route has been reached: it misses its body.
    expect((await ask('/api/v1/pins', { ...bearer(ADMIN_TOKEN), ...JSON_TYPE }, 'POST')).status).toBe(400);
  });

  it('is noted in the log once when its token is refused, without the token', async () => {
    for (let i = 0; i < 5; i++) await ask('/api/v1/top', bearer('guess-0123456789abcdef'));
    expect(logged).toEqual([{ address: 'local', path: '/api/v1/top', before: 0 }]);
  });
});

describe('every route', () => {
  const requests = Object.entries(ROUTE_POLICIES).map(([route, policy]) => {
    const [method, path] = route.split(' ') as [string, string];
    return [route, method, path.replace(':name', 'comm').replace('*', 'nothing.js'), policy] as const;
  });

  it.each(requests)(
    '%s lets nobody in who has shown nothing, unless it is public',
    async (_, method, path, policy) => {
      const { status } = await ask(path, method === 'GET' ? {} : JSON_TYPE, method);
      if (policy.scope !== 'public') expect(path === '/' ? 303 : 401).toBe(status);
      else expect([401, 303]).not.toContain(status);
    },
  );

  it('refuses strangers before it looks at what they ask for', async () => {
    expect((await ask('/api/v1/top?limit=none')).code).toBe('no_token');
    expect((await ask('/api/v1/nothing', JSON_TYPE, 'POST')).code).toBe('no_token');
    expect((await ask('/api/v1/nothing', { ...JSON_TYPE, ...bearer(READ_TOKEN) }, 'POST')).code).toBe(
      'not_found',
    );
  });

  it('answers HEAD as GET', async () => {
    expect((await ask('/api/v1/top', {}, 'HEAD')).status).toBe(401);
    expect((await ask('/healthz', {}, 'HEAD')).status).toBe(200);
  });
});

describe('a browser', () => {
  it('is led from the page to the form, and on to where it was going', async () => {
    const { status, headers } = await ask('/?from=now-1h&query={comm="a"}');
    expect(status).toBe(303);
    const location = new URL(headers.get('location')!, `http://${HOST}`);
    expect(location.pathname).toBe('/login.html');
    expect([...location.searchParams]).toEqual([['to', '/?from=now-1h&query={comm=%22a%22}']]);
    expect((await ask('/login.html')).status).toBe(200);
  });

  it('gets a cookie for its token that scripts and other sites do not get', async () => {
    const response = await login(READ_TOKEN);
    expect(await response.json()).toEqual({ access: 'token', name: 'grafana', scope: 'read' });
    expect(response.headers.get('set-cookie')).toMatch(
      /^pilotlight-4040=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect(response.headers.get('set-cookie')).not.toContain(READ_TOKEN);
    expect((await ask('/', { cookie: cookieOf(response) })).status).toBe(200);
    expect((await ask('/api/v1/top', { cookie: cookieOf(response) })).status).toBe(200);
  });

  it('gets one for TLS alone where it speaks TLS', async () => {
    expect((await login(READ_TOKEN, 'https')).headers.get('set-cookie')).toMatch(
      /^__Host-pilotlight-4040=.*; HttpOnly; Secure; SameSite=Strict$/,
    );
  });

  it('gets one for TLS alone where a proxy speaks it, and keeps that', async () => {
    const response = await app.request('/api/v1/session', {
      method: 'POST',
      headers: { host: HOST, ...JSON_TYPE, origin: `https://${HOST}` },
      body: JSON.stringify({ token: READ_TOKEN }),
    });
    expect(response.headers.get('set-cookie')).toMatch(/^__Host-pilotlight-4040=.*; Secure; /);
    expect((await ask('/api/v1/top', { cookie: cookieOf(response) })).status).toBe(200);
  });

  it('has the scope of its token', async () => {
    const cookie = cookieOf(await login(READ_TOKEN));
    expect((await ask('/api/v1/pins', { cookie, ...JSON_TYPE }, 'POST')).code).toBe('out_of_scope');
  });

  it('is out for good when it leaves', async () => {
    const cookie = cookieOf(await login(READ_TOKEN));
    const left = await ask('/api/v1/session', { cookie, ...JSON_TYPE }, 'DELETE');
    expect(left.headers.get('set-cookie')).toMatch(/^pilotlight-4040=; Max-Age=0; Path=\//);
    expect((await ask('/api/v1/top', { cookie })).code).toBe('bad_token');
    expect((await ask('/', { cookie })).status).toBe(303);
  });

  it('gets no cookie for another token', async () => {
    const response = await login('guess-0123456789abcdef');
    expect(response.status).toBe(401);
    expect(response.headers.get('set-cookie')).toBeNull();
  });

  it('is refused a login from another site', async () => {
    const response = await app.request('/api/v1/session', {
      method: 'POST',
      headers: { host: HOST, ...JSON_TYPE, origin: 'http://evil.example' },
      body: JSON.stringify({ token: READ_TOKEN }),
    });
    expect(response.status).toBe(403);
  });
});

describe('a server without tokens', () => {
  it('lets everybody do everything, and says so', async () => {
    app = fakeApp({ webRoot, allowedHosts: open });
    expect((await ask('/api/v1/pins', JSON_TYPE, 'POST')).status).toBe(400); // reached, without a body
    const session = await app.request('/api/v1/session');
    expect(await session.json()).toEqual({ access: 'open', name: null, scope: 'admin' });
    expect((await login(READ_TOKEN)).status).toBe(404);
  });
});
