// The routes on the real store: what is appended comes back out over HTTP, in every form with the same sums.
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { describe, expect, it } from 'vitest';
import type { App } from '../../src/server/context.ts';
import { fakeApp } from '../support/fake-service.ts';
import {
  ledgerOf,
  PERIOD_NS,
  testProcess,
  textBatch,
  textSymbols,
  withStore,
} from '../store/text-profile.ts';

const START = Date.UTC(2026, 0, 31, 14, 0, 0);
const NOW = START + 60_000;

const SERVER = `
  main   main            main
  parse  handle          handle
  lex    write@libc.so   read@libc.so
         send@kernel
  3      2               5`;
const COMPILER = `
  main   [unknown]@marker
  emit
  7      1`;

async function withApp(work: (app: App) => Promise<void>): Promise<void> {
  await withStore(async (store) => {
    const server = textBatch(SERVER, { process: testProcess('server', { pid: 10 }), timeMs: START });
    const compiler = textBatch(COMPILER, { process: testProcess('cc', { pid: 11 }), timeMs: START + 30_000 });
    await store.append(server, ledgerOf(10));
    await store.append(compiler, ledgerOf(18));
    await store.appendSymbols(textSymbols(SERVER));
    await work(fakeApp({ store, now: () => NOW }));
  });
}

async function json<T>(app: App, path: string): Promise<T> {
  const response = await app.request(path);
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

describe('stored samples', () => {
  it('have the same sum in the tree, the table, the series, the heat map, the labels and the files', async () => {
    await withApp(async (app) => {
      const tree = await json<{ totalCount: number; nodes: { self: number[] } }>(app, '/api/v1/flamegraph');
      expect(tree.totalCount).toBe(18);
      expect(tree.nodes.self.reduce((a, b) => a + b)).toBe(18 * PERIOD_NS);

      const top = await json<{ functions: { selfCount: number }[] }>(app, '/api/v1/top');
      expect(top.functions.reduce((sum, row) => sum + row.selfCount, 0)).toBe(18);

      const series = await json<{ series: { value: string; count: number[] }[] }>(
        app,
        '/api/v1/series?from=now-1m&step=30s&groupBy=comm',
      );
      expect(series.series.map(({ value, count }) => [value, count])).toEqual([
        ['server', [10, 0]],
        ['cc', [0, 8]],
      ]);

      const whole = await json<{ functions: { name: string; totalCount: number }[] }>(app, '/api/v1/top');
      expect(whole.functions.length).toBeGreaterThan(3);
      for (const { name, totalCount } of whole.functions) {
        const focus = encodeURIComponent(`^${name.replace(/[[\].]/g, '\\$&')}$`);
        const of = (filter: string) =>
          json<{ series: { count: number[] }[] }>(
            app,
            `/api/v1/series?from=now-1m&step=30s&${filter}=${focus}`,
          );
        const sum = ({ series }: Awaited<ReturnType<typeof of>>) =>
          series.flatMap((one) => one.count).reduce((a, b) => a + b, 0);
        expect(sum(await of('focus')), name).toBe(totalCount);
        expect(sum(await of('ignore')), name).toBe(18 - totalCount);
      }

      const labels = await json<{ values: unknown }>(app, '/api/v1/labels/comm/values');
      expect(labels.values).toEqual([
        { value: 'server', count: 10 },
        { value: 'cc', count: 8 },
      ]);

      const heatmap = await json<{ count: number[]; weightNs: number[] }>(app, '/api/v1/heatmap');
      expect(heatmap.count.reduce((a, b) => a + b)).toBe(18);
      expect(heatmap.weightNs.reduce((a, b) => a + b)).toBe(18 * PERIOD_NS);

      const speedscope = await json<{ profiles: [{ endValue: number }] }>(
        app,
        '/api/v1/profile?format=speedscope',
      );
      expect(speedscope.profiles[0].endValue).toBe(18 * PERIOD_NS);

      const file = await app.request('/api/v1/profile');
      const profile = Profile.decode(gunzipSync(new Uint8Array(await file.arrayBuffer())));
      expect(profile.sample.reduce((sum, { value }) => sum + Number(value[0]), 0)).toBe(18);
    });
  });

  it('are found by selector and window', async () => {
    await withApp(async (app) => {
      const count = async (query: string) =>
        (await json<{ totalCount: number }>(app, `/api/v1/flamegraph?${query}`)).totalCount;
      expect(await count('query={comm="cc"}')).toBe(8);
      expect(await count('query={comm!="cc"}')).toBe(10);
      expect(await count('query={pid="99"}')).toBe(0);
      expect(await count(`from=${START}&until=${START + 50}`)).toBe(5);
      expect(await count('from=2020-01-01T00:00:00Z&until=2020-01-02T00:00:00Z')).toBe(0);
      expect(await count('from=0&until=8640000000000000')).toBe(18);
    });
  });

  it('are all there in the longest window there is', async () => {
    await withApp(async (app) => {
      const heatmap = await json<{ count: number[] }>(app, '/api/v1/heatmap?from=0&until=8640000000000000');
      expect(heatmap.count.reduce((a, b) => a + b)).toBe(18);
      const diff = await json<{ left: { totalCount: number }; right: { totalCount: number } }>(
        app,
        '/api/v1/diff?leftFrom=0&leftUntil=8640000000000000&rightFrom=0&rightUntil=8640000000000000',
      );
      expect([diff.left.totalCount, diff.right.totalCount]).toEqual([18, 18]);
    });
  });

  it('are compared, window against window, by name and place', async () => {
    await withApp(async (app) => {
      const diff = await json<{
        left: { totalCount: number };
        right: { totalCount: number };
        functions: { name: string; object: string; change: { total: number } }[];
      }>(app, '/api/v1/diff?rightFrom=now-30s&leftFrom=now-1m&normalize=core-seconds');
      expect([diff.left.totalCount, diff.right.totalCount]).toEqual([10, 8]);
      const cpus = (samples: number) => (samples * PERIOD_NS) / 30e9;
      const changes = diff.functions.map(({ name, object, change }) => [`${name} ${object}`, change.total]);
      expect(Object.fromEntries(changes)).toMatchObject({
        'main /usr/lib/app': cpus(7) - cpus(10),
        'handle /usr/lib/app': -cpus(7),
        'read /usr/lib/libc.so': -cpus(5),
        '[app] /usr/lib/app': cpus(7),
      });
    });
  });

  it('keep the kinds of their objects, grouped or not', async () => {
    await withApp(async (app) => {
      const tree = await json<{ objects: string[]; objectKinds: string[] }>(
        app,
        '/api/v1/flamegraph?groupBy=comm',
      );
      const kinds = Object.fromEntries(tree.objects.map((path, i) => [path, tree.objectKinds[i]]));
      expect(kinds).toMatchObject({
        '': '',
        '/usr/lib/libc.so': 'elf',
        '[kernel]': 'kernel',
        '[marker]': 'marker',
      });
    });
  });

  it('show in the status how much of them has a name', async () => {
    await withApp(async (app) => {
      const status = await json<{ coverage: { samples: number; unresolved: unknown[] } }>(
        app,
        '/api/v1/status',
      );
      expect(status.coverage).toMatchObject({ samples: 18, namedSamples: 10 });
      expect(status.coverage.unresolved).toHaveLength(1);
    });
  });
});
