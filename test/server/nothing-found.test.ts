// Nothing found is an answer: 200 with zeros in every form, on the real store.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LABELS } from '../../src/model/selector.ts';
import type { App } from '../../src/server/context.ts';
import { decodePprof } from '../query/decode-pprof.ts';
import { openTemporary, testProcess, textBatch } from '../store/text-profile.ts';
import { fakeApp } from '../support/fake-service.ts';

const START = Date.UTC(2026, 0, 31, 14, 0, 0);
const NOW = START + 60_000;
const REPORT = new URL('../../web/', import.meta.url);

let app: App;
let remove: () => Promise<void>;
beforeAll(async () => {
  const opened = await openTemporary();
  ({ remove } = opened);
  await opened.store.append(
    textBatch('main\n5', { process: testProcess('app', { pid: 42 }), timeMs: START }),
    [],
  );
  app = fakeApp({ store: opened.store, now: () => NOW, webRoot: decodeURIComponent(REPORT.pathname) });
});
afterAll(() => remove());

async function answer(path: string): Promise<Response> {
  const response = await app.request(path);
  expect(response.status, path).toBe(200);
  return response;
}

async function json(path: string): Promise<unknown> {
  const response = await answer(path);
  const text = await response.text();
  expect(text).not.toMatch(/NaN|Infinity/);
  return JSON.parse(text);
}

const NOWHERE = [
  ['a process that never was', 'query={pid="999999"}'],
  ['a pid that no kernel gives', 'query={pid="99999999999"}'],
  ['a name that never was', 'query={comm="nobody",thread="none"}'],
  ['matchers that exclude each other', 'query={comm="app",comm!="app"}'],
  ['a window before the first sample', 'from=2020-01-01T00:00:00Z&until=2020-01-02T00:00:00Z'],
  ['a window after the last sample', 'from=now-10s&until=now'],
  ['a window of the future', `from=${NOW + 1_000}&until=${NOW + 2_000}`],
  ['the first millisecond of 1970', 'from=0&until=1'],
  ['a very long selector', `query={comm="${'x'.repeat(8_000)}"}`],
] as const;

describe.each(NOWHERE)('%s', (_, query) => {
  it('has a flame graph of a root alone', async () => {
    expect(await json(`/api/v1/flamegraph?${query}&groupBy=comm`)).toMatchObject({
      total: 0,
      totalCount: 0,
      periodNs: 0,
      nodes: { parent: [-1], total: [0] },
      hidden: { nodes: 0, count: 0, share: 0 },
    });
  });

  it('has no functions, series or label values', async () => {
    expect(await json(`/api/v1/top?${query}`)).toMatchObject({ total: 0, totalCount: 0, functions: [] });
    expect(await json(`/api/v1/series?${query}&groupBy=comm`)).toMatchObject({ series: [] });
    expect(await json(`/api/v1/labels?${query}`)).toEqual({ names: [] });
    for (const label of LABELS) {
      expect(await json(`/api/v1/labels/${label}/values?${query}`)).toEqual({
        name: label,
        values: [],
        hidden: { count: 0, share: 0 },
      });
    }
  });

  it('has a heat map of zeros', async () => {
    const heatmap = (await json(`/api/v1/heatmap?${query}`)) as { count: number[]; columns: number };
    expect(heatmap).toMatchObject({ max: 0 });
    expect(heatmap.columns).toBeGreaterThan(0);
    expect(heatmap.count.every((count) => count === 0)).toBe(true);
  });

  it('has a diff of zeros, with itself and with something', async () => {
    const params = new URLSearchParams(query);
    const side = (name: string) =>
      [...params].map(([key, value]) => `${name}${key[0]!.toUpperCase()}${key.slice(1)}=${value}`).join('&');
    const zeros = { total: 0, totalCount: 0, cores: 0, periodNs: 0 };
    for (const normalize of ['share', 'core-seconds', 'none']) {
      const both = `/api/v1/diff?${side('left')}&${side('right')}&normalize=${normalize}`;
      expect(await json(both)).toMatchObject({ left: zeros, right: zeros, functions: [], verdict: null });
      const one = `/api/v1/diff?${side('left')}&normalize=${normalize}&rightFrom=${START}`;
      expect(await json(one)).toMatchObject({ left: zeros, right: { totalCount: 5 } });
    }
  });

  it('has profiles without samples', async () => {
    const pprof = await answer(`/api/v1/profile?${query}`);
    expect(decodePprof(new Uint8Array(await pprof.arrayBuffer()))).toMatchObject({
      samples: [],
      sampleTypes: ['samples/count', 'cpu/nanoseconds'],
    });
    expect(await (await answer(`/api/v1/profile?${query}&format=folded`)).text()).toBe('');
    expect(await json(`/api/v1/profile?${query}&format=speedscope`)).toMatchObject({
      name: 'CPU profile',
      profiles: [{ endValue: 0, samples: [], weights: [] }],
    });
    const report = await (await answer(`/api/v1/profile?${query}&format=html`)).text();
    expect(report).toContain('"totalCount":0');
    expect(report.length).toBeGreaterThan((await readFile(new URL('report.html', REPORT))).length);
  });
});

it('finds what is there, so that the zeros above mean something', async () => {
  expect(await json('/api/v1/flamegraph?query={pid="42"}')).toMatchObject({ totalCount: 5 });
});

it('answers as many matchers as are read, soon', async () => {
  const matchers = Array.from({ length: 50 }, (_, i) => `exe!="${i}"`).join(',');
  const started = performance.now();
  expect(await json(`/api/v1/top?query={${matchers}}`)).toMatchObject({ totalCount: 5 });
  expect(performance.now() - started).toBeLessThan(5_000);
});
