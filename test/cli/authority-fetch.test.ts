// Servers with a certificate of one's own authority, asked as the command line asks them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchTrusting } from '../../src/cli/authority-fetch.ts';
import { HttpClient, readAuthorities } from '../../src/cli/profile-client.ts';
import { readTlsFiles } from '../../src/server/access/tls-files.ts';
import type { RunningServer } from '../../src/server/serve.ts';
import { serve } from '../../src/server/serve.ts';
import { fakeApp } from '../support/fake-service.ts';
import { bearer, READ_TOKEN, tokenAccess } from '../support/token-access.ts';
import { TlsFixtures } from '../support/tls-fixtures.ts';

const files = new TlsFixtures();
const ask = fetchTrusting(files.authority);
let server: RunningServer;
let plain: RunningServer;
beforeAll(async () => {
  const app = fakeApp({ access: tokenAccess() });
  server = await serve(app, { host: '127.0.0.1', port: 0 }, { tls: readTlsFiles(files.pair('server')) });
  plain = await serve(app, { host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await Promise.all([server.close(), plain.close()]);
  files.remove();
});

const client = (url = server.url, ca = files.authority) => new HttpClient(url, READ_TOKEN, fetchTrusting(ca));

describe('fetchTrusting', () => {
  it('answers as fetch does: status, headers, body', async () => {
    const response = await ask(`${server.url}/api/v1/top`, { headers: bearer(READ_TOKEN) });
    expect(response.status).toBe(200);
    expect(response.ok).toBe(true);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await response.json()).toHaveProperty('functions');
    expect((await ask(`${server.url}/api/v1/top`, {})).status).toBe(401);
  });

  it('sends a method and a body', async () => {
    const body = JSON.stringify({ token: READ_TOKEN });
    const headers = { 'content-type': 'application/json' };
    const response = await ask(`${server.url}/api/v1/session`, { method: 'POST', headers, body });
    expect(await response.json()).toMatchObject({ name: 'grafana' });
  });

  it('ends when it is told to, with the reason it was given', async () => {
    const reason = new DOMException('too late', 'TimeoutError');
    await expect(ask(`${server.url}/healthz`, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe('a client', () => {
  it('reaches a server whose authority it was given', async () => {
    expect((await client().request('/api/v1/top')).status).toBe(200);
    expect(readAuthorities(files.put('authority.pem'))).toBe(files.authority);
  });

  it('says what is wrong with a certificate, and which option helps', async () => {
    await expect(new HttpClient(server.url).request('/healthz')).rejects.toThrow(
      /nobody known here has signed its certificate \(--tls-ca names an authority\)$/,
    );
    await expect(client(server.url.replace('127.0.0.1', '127.0.0.2')).request('/healthz')).rejects.toThrow(
      /its certificate is for another name$|nothing listens there$/,
    );
  });

  it('says that a server speaks no TLS', async () => {
    await expect(client(plain.url.replace('http', 'https')).request('/healthz')).rejects.toThrow(
      /what listens there does not speak TLS$/,
    );
  });

  it('refuses a file without certificates', () => {
    expect(() => readAuthorities(files.put('other.key.pem'))).toThrow(/holds no certificate$/);
    expect(() => readAuthorities(`${files.folder}/none`)).toThrow(
      /cannot read the certificates in .*none: ENOENT/,
    );
  });
});
