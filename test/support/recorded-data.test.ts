// The recorded data says what it claims to, through the real store and routes.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TopTable } from '../../src/query/top.ts';
import { functionKey } from './recorded-answers.ts';
import type { RecordedData } from './recorded-data.ts';
import { RECORDED_CHANGES, recordedData } from './recorded-data.ts';

let data: RecordedData;
beforeAll(async () => {
  data = await recordedData();
});
afterAll(() => data.close());

const query = ({ fromMs, untilMs }: { fromMs: number; untilMs: number }) => `from=${fromMs}&until=${untilMs}`;

async function json<T>(path: string): Promise<T> {
  const response = await data.app.request(path);
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

describe('the recorded data', () => {
  it('holds 20,000 samples before the release and 24,000 after it', () => {
    expect(data.answers.before.samples).toBe(20_000);
    expect(data.answers.after.samples).toBe(24_000);
  });

  it('comes back out of the store as the reference counts it, in both windows', async () => {
    for (const side of ['before', 'after'] as const) {
      const top = await json<TopTable>(`/api/v1/top?limit=10000&${query(data.windows[side])}`);
      const { samples, functions } = data.answers[side];
      expect(top.totalCount).toBe(samples);
      expect(top.total).toBe(samples * data.periodNs);
      const rows = top.functions.map(({ name, object, selfCount, totalCount }) => ({
        ...{ name, object, selfCount, totalCount },
      }));
      const byKey = (a: { name: string; object: string }, b: { name: string; object: string }) =>
        functionKey(a) < functionKey(b) ? -1 : 1;
      expect(rows.sort(byKey)).toEqual([...functions.values()].sort(byKey));
    }
  });

  it('knows what the release did', () => {
    const { before, after } = data.answers;
    for (const { name, object, ...shares } of Object.values(RECORDED_CHANGES)) {
      const share = ({ functions, samples }: typeof before) =>
        (functions.get(functionKey({ name, object }))?.totalCount ?? 0) / samples;
      expect({ before: share(before), after: share(after) }, name).toEqual(shares);
    }
  });

  it('is uneven in time, with a pause in which nothing was sampled', async () => {
    const { before } = data.windows;
    const { series } = await json<{ series: { value: string; count: number[] }[] }>(
      `/api/v1/series?${query(before)}&step=20s&groupBy=comm`,
    );
    const all = series[0]!.count.map((_, step) => series.reduce((sum, { count }) => sum + count[step]!, 0));
    expect(all[18]).toBe(0);
    expect(all.filter((count) => count === 0)).toHaveLength(1);
    expect(Math.max(...all)).toBeGreaterThan(3 * Math.min(...all.filter((count) => count > 0)));
    expect(series.find(({ value }) => value === 'cc1plus')!.count[0]).toBe(0);
  });

  it('has processes, threads, users and containers to filter by', async () => {
    const values = async (label: string) => {
      const answer = await json<{ values: { value: string; count: number }[] }>(
        `/api/v1/labels/${label}/values?${query(data.windows.before)}`,
      );
      return Object.fromEntries(answer.values.map(({ value, count }) => [value, count]));
    };
    expect(await values('comm')).toMatchObject({ node: 8200, postgres: 5000, backup: 800 });
    expect(await values('thread')).toMatchObject({ node: 7000, 'libuv-worker': 1200 });
    expect(await values('user')).toMatchObject({ app: 8200, postgres: 5000, build: 3000 });
    expect(await values('container')).toMatchObject({ 'shop-web': 8200, 'shop-edge': 1150 });
  });

  it('is served by a host that samples nothing', async () => {
    expect(await json('/api/v1/status')).toMatchObject({ sampling: false });
  });
});
