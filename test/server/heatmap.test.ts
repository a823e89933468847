// GET /api/v1/heatmap on a store with known answers.
import { describe, expect, it } from 'vitest';
import type { HeatmapBody } from '../../src/server/routes/heatmap.ts';
import { heatmapSchema } from '../../src/server/routes/heatmap.ts';
import { fakeApp } from '../support/fake-service.ts';
import { PERIOD_NS, fakeStore } from '../support/fake-store.ts';

const NOW = Date.UTC(2026, 0, 31, 14, 0, 0);
const profile = (count: number, timeMs: number) => ({
  text: `node:\n  main @/usr/bin/node =${count}`,
  timeMs,
});
const store = fakeStore(profile(3, NOW - 10_000 + 45), profile(5, NOW - 9_000), profile(7, NOW - 1));
const app = fakeApp({ store, now: () => NOW });

async function heatmap(query = ''): Promise<HeatmapBody> {
  const response = await app.request(`/api/v1/heatmap${query}`);
  expect(response.status).toBe(200);
  return heatmapSchema.strict().parse(await response.json());
}

describe('GET /api/v1/heatmap', () => {
  it('answers seconds in slices of 20 ms, cell by cell', async () => {
    const body = await heatmap();
    expect(body).toMatchObject({
      fromMs: NOW - 300_000,
      untilMs: NOW,
      columnMs: 1_000,
      rowMs: 20,
      columns: 300,
      rows: 50,
      unit: 'nanoseconds',
      max: 7 * PERIOD_NS,
    });
    const cells = body.count.flatMap((count, cell) => (count > 0 ? [[cell, count]] : []));
    expect(cells).toEqual([
      [290 * 50 + 2, 3],
      [291 * 50, 5],
      [299 * 50 + 49, 7],
    ]);
    expect(body.weightNs).toEqual(body.count.map((count) => count * PERIOD_NS));
  });

  it('takes the lengths it is given, and begins at a whole column', async () => {
    const body = await heatmap(`?from=${NOW - 9_500}&column=2s&row=500ms`);
    expect(body).toMatchObject({ fromMs: NOW - 9_500, columnMs: 2_000, rowMs: 500, columns: 5, rows: 4 });
    expect(body.count.slice(0, 4)).toEqual([0, 0, 5, 0]);
  });

  it('answers zeros for a window without samples', async () => {
    const body = await heatmap('?from=0&until=1000');
    expect(body).toMatchObject({ columns: 1, rows: 50, max: 0 });
    expect(body.count.every((count) => count === 0)).toBe(true);
  });

  it('answers the longest window there is', async () => {
    expect((await heatmap('?from=0&until=8640000000000000')).count.length).toBeLessThanOrEqual(30_000);
  });

  it.each([
    ['column=0s', 'bad_column', /^column: /],
    ['column=soon', 'bad_column', /^column: "soon" is not a duration/],
    ['row=1', 'bad_row', /^row: "1" is not a duration/],
    ['column=1s&row=2s', 'bad_row', /^row: 2000 ms is longer than a column \(1000 ms\)/],
    ['row=1ms', 'too_many_cells', /^row: 300 columns of 1000 rows are 300000 cells, at most 200000/],
    ['from=now-2h&column=1s', 'too_many_cells', /^column: 7200 columns of 50 rows/],
    ['columns=3', 'unknown_parameter', /"columns"/],
    ['from=now&until=now-1s', 'bad_time', /must be after/],
  ])('refuses %s by its name', async (query, code, message) => {
    const response = await app.request(`/api/v1/heatmap?${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { code, message: expect.stringMatching(message) as string },
    });
  });

  it('gives hints that are accepted', async () => {
    for (const query of ['from=now-2h&column=1s', 'row=1ms']) {
      const refused = await app.request(`/api/v1/heatmap?${query}`);
      const { error } = (await refused.json()) as { error: { hint: string } };
      const [name, value] = error.hint.replace('use ', '').split('=') as [string, string];
      const params = new URLSearchParams(query);
      params.set(name, value);
      expect((await app.request(`/api/v1/heatmap?${params}`)).status).toBe(200);
    }
  });
});
