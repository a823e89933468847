// Bundles on their way: made, sent as a tar, removed, however that ends.
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { unpackBundle } from '../../src/cli/bundle-unpack.ts';
import { parseListen, serve } from '../../src/server/serve.ts';
import type { App } from '../../src/server/context.ts';
import { verifyBundle } from '../../src/store/bundle-folder.ts';
import type { ProfileStore } from '../../src/store/profile-store.ts';
import { fakeApp } from '../support/fake-service.ts';
import { ledgerOf, openAt, temporaryDir, textBatch, textSymbols } from '../store/text-profile.ts';

const NOW = Date.UTC(2026, 0, 31, 14, 0, 0);
const TEXT = 'main  main\na     b@libc.so\n3     2';
const PATH = `/api/v1/profile?format=bundle&from=${NOW - 60_000}&until=${NOW}`;

let root: string;
let store: ProfileStore;
let app: App;
beforeEach(async () => {
  root = await temporaryDir();
  store = await openAt(join(root, 'data'));
  await store.append(textBatch(TEXT, { timeMs: NOW - 30_000 }), ledgerOf(5), textSymbols(TEXT));
  app = fakeApp({ store, now: () => NOW });
  return async () => {
    await store.close();
    await rm(root, { recursive: true });
  };
});

const left = async () => (existsSync(join(root, 'data/exports')) ? readdir(join(root, 'data/exports')) : []);

async function tarOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

describe('GET /api/v1/profile?format=bundle', () => {
  it('answers a tar that unpacks to a sound bundle, and leaves nothing in the data directory', async () => {
    const response = await app.request(`${PATH}&query=${encodeURIComponent('{comm="app"}')}`);
    expect(response.headers.get('content-type')).toBe('application/x-tar');
    expect(response.headers.get('content-disposition')).toBe(
      'attachment; filename="pilotlight-20260131T135900Z.tar"',
    );
    const folder = join(root, 'out');
    await unpackBundle(Readable.from([await tarOf(response)]), folder);
    const bundle = await verifyBundle(folder);
    expect(bundle).toMatchObject({
      samples: 5,
      query: '{comm="app"}',
      fromMs: NOW - 60_000,
      host: 'testhost',
    });
    expect(await left()).toEqual([]);
  });

  it('refuses filters of stacks, which a bundle cannot hold', async () => {
    const response = await app.request(`${PATH}&focus=main`);
    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(/focus: a bundle holds whole stacks/);
  });

  it('makes one at a time, and is free again when the one before was not even begun to be read', async () => {
    const first = await app.request(PATH);
    expect((await app.request(PATH)).status).toBe(503);
    await first.body!.cancel();
    await vi.waitFor(async () => expect(await left()).toEqual([]), { timeout: 10_000 });
    const again = await app.request(PATH);
    expect(again.status).toBe(200);
    await tarOf(again);
    expect((await app.request(PATH, { method: 'HEAD' })).status).toBe(200);
    const afterHead = await app.request(PATH);
    expect(afterHead.status).toBe(200);
    await tarOf(afterHead);
  });

  it('is removed when the client goes away', async () => {
    const server = await serve(app, parseListen('127.0.0.1:0')!);
    try {
      const leaving = new AbortController();
      const response = await fetch(server.url.replace(/\/$/, '') + PATH, { signal: leaving.signal });
      expect(response.status).toBe(200);
      leaving.abort();
      await vi.waitFor(async () => expect(await left()).toEqual([]), { timeout: 10_000 });
    } finally {
      await server.close();
    }
  });

  it('says where the disk has no room', async () => {
    const { StoreError } = await import('../../src/store/store-error.ts');
    const full = () => Promise.reject(new StoreError('no-space', 'free some'));
    const refused = await fakeApp({ store: { ...store, exportBundle: full }, now: () => NOW }).request(PATH);
    expect(refused.status).toBe(507);
  });
});
