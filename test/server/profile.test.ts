// Profiles as files: stored windows, and Go's convention of waiting.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

  it('answers speedscope as JSON, named by the host', async () => {
    const response = await app.request('/api/v1/profile?format=speedscope');
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('content-disposition')).toBe(
      'attachment; filename="pilotlight-20260131T135500Z.speedscope.json"',
    );
    expect(await response.json()).toMatchObject({
      name: 'CPU profile of fake-host',
      profiles: [{ type: 'sampled', weights: [30 * PERIOD_NS, 60 * PERIOD_NS] }],
    });
  });

  it('answers a window without samples as a profile without samples', async () => {
    const response = await app.request('/api/v1/profile?from=now-10s');
    expect(response.status).toBe(200);
    expect((await pprofOf(response)).values).toEqual([]);
  });
});

describe('GET /api/v1/profile?format=html', () => {
  const PLACE = '<script type="application/json" id="profile"></script>';
  let webRoot: string;
  beforeAll(async () => {
    webRoot = await mkdtemp(join(tmpdir(), 'pilotlight-report-'));
  });
  afterAll(() => rm(webRoot, { recursive: true }));

  async function report(template: string, query = ''): Promise<Response> {
    await writeFile(join(webRoot, 'report.html'), template);
    const built = fakeApp({ store, webRoot, now: () => NOW });
    return built.request(`/api/v1/profile?format=html${query}`);
  }

  it('answers one page with the tree of the flame graph, the host and the selector in it', async () => {
    const response = await report(`<p>é</p>${PLACE}`, '&query={comm="node"}');
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-disposition')).toBe(
      'attachment; filename="pilotlight-20260131T135500Z.html"',
    );
    const html = await response.text();
    expect(html).toMatch(/^<p>é<\/p>/);
    const payload: unknown = JSON.parse(/id="profile">(.*)<\/script>/s.exec(html)![1]!);
    const tree = await app.request('/api/v1/flamegraph?query={comm="node"}');
    const flamegraph: unknown = await tree.json();
    expect(payload).toEqual({
      title: 'CPU profile of fake-host',
      host: 'fake-host',
      query: '{comm="node"}',
      flamegraph,
    });
  });

  it('says how to build the page where it has not been built', async () => {
    const response = await app.request('/api/v1/profile?format=html');
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      error: {
        code: 'report_not_built',
        message: 'the report has not been built',
        hint: 'run: npm run build',
      },
    });
  });

  it('says that a template is none', async () => {
    const response = await report('<p>something else</p>');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ error: { code: 'report_not_built' } });
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
