// The page's files: what is served, how long it may be kept, and what cannot be reached.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../src/server/context.ts';
import { fakeApp } from '../support/fake-service.ts';

let folder: string;
let app: App;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pilotlight-page-'));
  const webRoot = join(folder, 'web');
  await mkdir(join(webRoot, 'assets'), { recursive: true });
  await writeFile(join(webRoot, 'index.html'), '<!doctype html><title>page</title>');
  await writeFile(join(webRoot, 'favicon.svg'), '<svg/>');
  await writeFile(join(webRoot, 'assets', 'index-AbC_1.js'), 'export {};');
  await writeFile(join(webRoot, '.secret.js'), 'hidden');
  await writeFile(join(webRoot, 'notes.txt'), 'no type of the page');
  await writeFile(join(folder, 'outside.js'), 'outside');
  app = fakeApp({ webRoot });
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('GET /', () => {
  it('answers the page whatever its query string says, to be asked for anew each time', async () => {
    const response = await app.request('/?from=now-1h&unknown=1');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(await response.text()).toContain('<title>page</title>');
  });

  it('names the first request of the page, so that the browser sends it at once', async () => {
    const response = await app.request('/?from=now-1h&group=pid');
    expect(response.headers.get('link')).toBe(
      '</api/v1/flamegraph?from=now-1h&until=now&groupBy=pid&maxNodes=4000>; rel=preload; as=fetch; crossorigin',
    );
    expect((await app.request('/?mode=compare')).headers.has('link')).toBe(false);
  });

  it('says how to build the page where it has not been built', async () => {
    const response = await fakeApp({ webRoot: join(folder, 'nowhere') }).request('/');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ error: { code: 'page_not_built' } });
  });
});

describe('static files', () => {
  it('are served with their type, those with a hash for good', async () => {
    const script = await app.request('/assets/index-AbC_1.js');
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const icon = await app.request('/favicon.svg');
    expect(icon.headers.get('content-type')).toBe('image/svg+xml');
    expect(icon.headers.get('cache-control')).toBe('no-cache');
  });

  it.each([
    '/../outside.js',
    '/..%2foutside.js',
    '/%2e%2e/outside.js',
    '/assets/../../outside.js',
    '/assets/..%2f..%2foutside.js',
    '/assets%2f..%2f..%2foutside.js',
    '/..%5coutside.js',
    '/.secret.js',
    '/notes.txt',
    '/assets',
    '/assets/',
    '//etc/passwd',
    '/index.html%00.js',
    '/missing.js',
  ])('answers %s with 404', async (path) => {
    const response = await app.request(`http://localhost${path}`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: 'not_found' } });
  });
});
