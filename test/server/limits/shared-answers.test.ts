// Requests for the same, on a store whose answers wait.
import { describe, expect, it } from 'vitest';
import { SERVER_LIMITS } from '../../../src/server/limits/server-limits.ts';
import type { ProfileStore } from '../../../src/store/profile-store.ts';
import { StoreError } from '../../../src/store/store-error.ts';
import { fakeApp } from '../../support/fake-service.ts';
import { fakeStore } from '../../support/fake-store.ts';

const NOW = Date.UTC(2026, 0, 31, 14, 0, 0);

function scene() {
  const begun: { go: () => void; fail: (error: Error) => void }[] = [];
  const store: ProfileStore = fakeStore({ text: 'node:\n  main @/usr/bin/node =3', timeMs: NOW - 60_000 });
  const stacks: ProfileStore['stacks'] = async (...asked) => {
    await new Promise<void>((go, fail) => begun.push({ go, fail }));
    return store.stacks(...asked);
  };
  const limits = { ...SERVER_LIMITS, heavy: { atOnce: 1, waiting: 4, waitMs: 60_000 } };
  return { app: fakeApp({ store: { ...store, stacks }, limits, now: () => NOW }), begun };
}

const turns = async () => {
  for (let i = 0; i < 30; i++) await new Promise((resolve) => setImmediate(resolve));
};

describe('requests for the same', () => {
  it('that wait are answered together, in full, and take one place', async () => {
    const { app, begun } = scene();
    const first = app.request('/api/v1/top');
    await turns();
    const others = Array.from({ length: 20 }, () => app.request('/api/v1/top'));
    await turns();
    expect(begun).toHaveLength(1);
    begun[0]!.go();
    const expected = await (await first).text();
    expect(expected).toContain('"main"');
    await turns();
    expect(begun).toHaveLength(2);
    begun[1]!.go();
    for (const other of others) {
      const response = await other;
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toMatch(/^application\/json/);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(await response.text()).toBe(expected);
    }
  });

  it('are not joined once their work has begun: they might not see what came since', async () => {
    const { app, begun } = scene();
    const first = app.request('/api/v1/top');
    await turns();
    const second = app.request('/api/v1/top');
    await turns();
    begun[0]!.go();
    await first;
    await turns();
    expect(begun).toHaveLength(2);
    begun[1]!.go();
    expect((await second).status).toBe(200);
  });

  it('are told from others by every parameter', async () => {
    const { app, begun } = scene();
    const answers = ['', '?limit=1', '?limit=2', '?limit=2'].map((query) =>
      app.request(`/api/v1/top${query}`),
    );
    for (let i = 0; i < 3; i++) {
      await turns();
      expect(begun).toHaveLength(i + 1);
      begun[i]!.go();
    }
    for (const answer of answers) expect((await answer).status).toBe(200);
    expect(begun).toHaveLength(3);
  });

  it('share a refusal too', async () => {
    const { app, begun } = scene();
    const answers = [app.request('/api/v1/top?limit=1')];
    await turns();
    answers.push(app.request('/api/v1/top'), app.request('/api/v1/top'));
    await turns();
    begun[0]!.go();
    await turns();
    begun[1]!.fail(new StoreError('bad-query', 'no such window'));
    const statuses: number[] = [];
    for (const answer of answers) statuses.push((await answer).status);
    expect(statuses).toEqual([200, 400, 400]);
  });

  it('go on when one of their clients leaves, and end when all have left', async () => {
    const { app, begun } = scene();
    const first = app.request('/api/v1/top?limit=1');
    await turns();
    const clients = [new AbortController(), new AbortController(), new AbortController()];
    const ask = (path: string, { signal }: AbortController) => app.request(path, { signal });
    const leaving = ask('/api/v1/top', clients[0]!);
    const staying = ask('/api/v1/top', clients[1]!);
    const alone = ask('/api/v1/top?limit=3', clients[2]!);
    await turns();
    clients[0]!.abort();
    clients[2]!.abort();
    expect((await alone).status).toBe(503);
    begun[0]!.go();
    await first;
    await turns();
    expect(begun).toHaveLength(2);
    begun[1]!.go();
    expect((await staying).status).toBe(200);
    expect((await leaving).status).toBe(200);
  });
});
