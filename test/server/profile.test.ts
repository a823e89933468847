// Profiles as files: stored windows, and Go's convention of waiting.
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { describe, expect, it } from 'vitest';
import { fakeApp, fakeService } from '../support/fake-service.ts';
import { PERIOD_NS, fakeStore } from '../support/fake-store.ts';

const NOW = Date.UTC(2026, 0, 31, 14, 0, 0);
const TEXT = `
node:
  main @/usr/bin/node
    parse @/usr/bin/node =30
gcc:
  main @/usr/bin/gcc =60
`;

const store = fakeStore({ text: TEXT, timeMs: NOW - 60_000 });
const app = fakeApp({ store, now: () => NOW });

async function pprofOf(response: Response) {
  const profile = Profile.decode(gunzipSync(new Uint8Array(await response.arrayBuffer())));
  const text = (index: unknown) => profile.stringTable.strings[Number(index)];
  return {
    types: profile.sampleType.map(({ type, unit }) => `${text(type)}/${text(unit)}`),
    values: profile.sample.map((sample) => sample.value.map(Number)),
    names: profile.function.map(({ name }) => text(name)),
    labels: profile.sample.map((sample) => sample.label.map(({ key, str }) => `${text(key)}=${text(str)}`)),
  };
}

describe('GET /api/v1/profile', () => {
  it('answers gzipped pprof with counts and nanoseconds', async () => {
    const response = await app.request('/api/v1/profile');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(response.headers.get('content-disposition')).toBe(
      'attachment; filename="pilotlight-20260131T135500Z.pb.gz"',
    );
    const profile = await pprofOf(response);
    expect(profile.types).toEqual(['samples/count', 'cpu/nanoseconds']);
    expect(profile.values).toEqual([
      [30, 30 * PERIOD_NS],
      [60, 60 * PERIOD_NS],
    ]);
    expect(new Set(profile.names)).toEqual(new Set(['main', 'parse']));
    expect(profile.labels).toEqual([['comm=node'], ['comm=gcc']]);
  });

  it('answers folded stacks as text', async () => {
    const response = await app.request('/api/v1/profile?format=folded');
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect((await response.text()).trim().split('\n').toSorted()).toEqual(['main 60', 'main;parse 30']);
  });

  it('answers a window without samples as a profile without samples', async () => {
    const response = await app.request('/api/v1/profile?from=now-10s');
    expect(response.status).toBe(200);
    expect((await pprofOf(response)).values).toEqual([]);
  });
});

describe('GET /debug/pprof/profile', () => {
  it('answers what was sampled from the request on, flushed before it asks the store', async () => {
    const calls: string[] = [];
    const clock = [NOW - 61_000, NOW - 59_000];
    const waiting = fakeApp({
      now: () => clock.shift() ?? NOW,
      service: fakeService({ flush: () => Promise.resolve(void calls.push('flush')) }),
      store: {
        ...store,
        stacks: (selector, range, groupBy) => {
          calls.push(`stacks ${range.fromMs - NOW} ${range.untilMs - NOW}`);
          return store.stacks(selector, range, groupBy);
        },
      },
    });
    const response = await waiting.request('/debug/pprof/profile?seconds=1&query={comm="gcc"}');
    expect(calls).toEqual(['flush', 'stacks -61000 -59000']);
    expect((await pprofOf(response)).values).toEqual([[60, 60 * PERIOD_NS]]);
  });

  it('stops waiting when the client goes away', async () => {
    let asked = false;
    const waiting = fakeApp({
      service: fakeService({ flush: () => Promise.resolve(void (asked = true)) }),
    });
    const client = new AbortController();
    const answer = waiting.request('/debug/pprof/profile?seconds=3600', { signal: client.signal });
    client.abort();
    expect((await answer).status).toBe(499);
    expect(asked).toBe(false);
  });
});
