// Who may ask: Host, Origin, content type; and the headers that every answer carries.
import { describe, expect, it } from 'vitest';
import type { ErrorBody } from '../../src/server/errors.ts';
import { CONTENT_SECURITY_POLICY } from '../../src/server/security-headers.ts';
import { fakeApp } from '../support/fake-service.ts';

const names = ['profiler.internal', 'gate.internal:8443', 'Big.Internal:80'];
const app = fakeApp({ allowedHosts: { names, anyAddress: false } });

async function ask(headers: Record<string, string>, path = '/healthz', method = 'GET') {
  const response = await app.request(path, { method, headers });
  const code = response.ok ? '' : ((await response.json()) as ErrorBody).error.code;
  return { status: response.status, code };
}

const ok = { status: 200, code: '' };

describe('the Host check', () => {
  it.each([
    'localhost',
    'LOCALHOST:4040',
    '127.0.0.1:4040',
    '127.1.2.3',
    '[::1]:4040',
    'profiler.internal',
    'profiler.internal:9',
    'gate.internal:8443',
    'big.internal:80',
  ])('lets %s pass', async (host) => {
    expect(await ask({ host })).toEqual(ok);
  });

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '192.168.0.7:4040',
    'gate.internal:80',
    'localhost:4040:1',
    'user@localhost',
    '[::1',
    '',
  ])('refuses "%s"', async (host) => {
    expect(await ask({ host })).toEqual({ status: 403, code: 'bad_host' });
  });

  it('lets every address pass where the server listens beyond loopback, and no other name', async () => {
    const beyond = fakeApp({ allowedHosts: { names: ['build-7'], anyAddress: true } });
    const statusAt = async (host: string) => (await beyond.request('/healthz', { headers: { host } })).status;
    for (const host of ['192.168.0.7:4040', '10.0.0.1', '[2001:db8::7]:4040', 'build-7:4040']) {
      expect(await statusAt(host), host).toBe(200);
    }
    for (const host of [
      'evil.example',
      '192.168.0.7.evil.example',
      '999.1.1.1',
      '[::g]',
      'build-7.evil.example',
    ]) {
      expect(await statusAt(host), host).toBe(403);
    }
  });

  it('refuses a request line that names another host than the header', async () => {
    const response = await app.request('http://evil.example/healthz', { headers: { host: 'localhost' } });
    expect(response.status).toBe(403);
  });
});

describe('the Origin check', () => {
  const host = '127.0.0.1:4040';

  it('lets the own origin pass, and requests without one', async () => {
    expect(await ask({ host, origin: 'http://127.0.0.1:4040' })).toEqual(ok);
    expect(await ask({ host })).toEqual(ok);
  });

  it('knows its own origin behind a proxy that speaks TLS', async () => {
    const proxied = { host: 'profiler.internal', origin: 'https://profiler.internal' };
    expect(await ask(proxied)).toEqual(ok);
    expect(await ask({ ...proxied, host: 'profiler.internal:443' })).toEqual(ok);
  });

  it.each(['http://evil.example', 'http://127.0.0.1:5050', 'http://localhost:4040', 'null', 'file://', 'x'])(
    'refuses the origin %s',
    async (origin) => {
      expect(await ask({ host, origin })).toEqual({ status: 403, code: 'bad_origin' });
    },
  );

  it('refuses what another site embeds, but lets a link from there be followed', async () => {
    const cross = { host, 'sec-fetch-site': 'cross-site' };
    expect(await ask({ ...cross, 'sec-fetch-mode': 'no-cors' })).toEqual({ status: 403, code: 'bad_origin' });
    expect(await ask({ ...cross, 'sec-fetch-mode': 'navigate' })).toEqual(ok);
  });

  it.each([
    '/',
    '/assets/x.js',
    '/metrics',
    '/healthz',
    '/api/v1/status',
    '/api/v1/profile',
    '/debug/pprof/profile',
    '/nothing',
  ])('holds on %s', async (path) => {
    expect(await ask({ host, origin: 'http://evil.example' }, path)).toEqual({
      status: 403,
      code: 'bad_origin',
    });
    expect(await ask({ host: 'evil.example' }, path)).toEqual({ status: 403, code: 'bad_host' });
  });
});

describe('the content type check', () => {
  it.each(['', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'refuses a POST of "%s"',
    async (type) => {
      const headers: Record<string, string> = type === '' ? {} : { 'content-type': type };
      expect(await ask(headers, '/api/v1/sql', 'POST')).toEqual({ status: 415, code: 'bad_content_type' });
    },
  );

  it('lets a POST of JSON through to the routes', async () => {
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    expect(await ask(headers, '/api/v1/nothing', 'POST')).toEqual({ status: 404, code: 'not_found' });
  });
});

describe('security headers', () => {
  it.each(['/', '/healthz', '/nothing', '/api/v1/top?x=1'])('are on the answer to %s', async (path) => {
    const { headers } = await app.request(path);
    expect(headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('are on refusals too', async () => {
    const { headers } = await app.request('/healthz', { headers: { host: 'evil.example' } });
    expect(headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY);
  });

  it('allow no inline script or style and no other host', () => {
    expect(CONTENT_SECURITY_POLICY).toMatch(/^default-src 'self'/);
    expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|http|\*|data:/);
  });
});
