// Pins over HTTP and from the command line, on a store of their own.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../src/server/context.ts';
import type { ProfileStore } from '../../src/store/profile-store.ts';
import { fakeApp } from '../support/fake-service.ts';
import { fakeStore } from '../support/fake-store.ts';
import { openTemporary } from '../store/text-profile.ts';

const NOW = Date.UTC(2026, 0, 31, 14, 0, 0);
const JSON_TYPE = { 'content-type': 'application/json' };

let store: ProfileStore;
let remove: () => Promise<void>;
let app: App;
beforeAll(async () => {
  ({ store, remove } = await openTemporary());
  app = fakeApp({ store, now: () => NOW });
});
afterAll(() => remove());

async function asked(method: string, path: string, body?: unknown) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const length = text === undefined ? {} : { 'content-length': String(Buffer.byteLength(text)) };
  const response = await app.request(path, {
    method,
    headers: { ...JSON_TYPE, ...length },
    ...(text === undefined ? {} : { body: text }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('/api/v1/pins', () => {
  it('keeps a window, lists it, and gives it back', async () => {
    const added = await asked('POST', '/api/v1/pins', { from: 'now-1h', until: 'now', note: 'the <outage>' });
    expect(added).toMatchObject({
      status: 200,
      body: { fromMs: NOW - 3_600_000, untilMs: NOW, note: 'the <outage>' },
    });
    expect((await asked('GET', '/api/v1/pins')).body).toEqual({ pins: [added.body] });
    expect(await store.pins()).toEqual([added.body]);
    const path = `/api/v1/pins/${String(added.body['id'])}`;
    expect(await asked('DELETE', path)).toEqual({ status: 200, body: { removed: added.body['id'] } });
    expect((await asked('GET', '/api/v1/pins')).body).toEqual({ pins: [] });
    expect(await asked('DELETE', path)).toMatchObject({
      status: 404,
      body: { error: { code: 'no_such_pin' } },
    });
  });

  it.each([
    ['an end before the beginning', { from: 'now', until: 'now-1h' }, /./],
    ['a time that is none', { from: 'yesterday', until: 'now' }, /yesterday/],
    ['no end', { from: 'now-1h' }, /until/],
    ['a name that it does not know', { from: 'now-1h', until: 'now', why: '' }, /why/],
    [
      'a note that is too long',
      { from: 'now-1h', until: 'now', note: 'x'.repeat(1001) },
      /note: must have at most/,
    ],
    ['no object', [], /./],
  ])('refuses %s, and keeps nothing', async (_, body, message) => {
    const answer = await asked('POST', '/api/v1/pins', body);
    expect(answer.status).toBe(400);
    expect((answer.body['error'] as { message: string }).message).toMatch(message);
    expect(await store.pins()).toEqual([]);
  });

  it('says that nothing can be pinned where the store is only read', async () => {
    const { StoreError } = await import('../../src/store/store-error.ts');
    const refusing = () =>
      Promise.reject(new StoreError('unwritable', 'the store was opened for reading only'));
    const reading = fakeApp({ store: { ...fakeStore(), pin: refusing, unpin: refusing } });
    const response = await reading.request('/api/v1/pins/5f3a90c1', { method: 'DELETE', headers: JSON_TYPE });
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ error: { code: 'read_only' } });
  });
});
