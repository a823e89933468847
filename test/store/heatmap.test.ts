import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Selector, TimeRange } from '../../src/model/selector.ts';
import { MAX_HEATMAP_CELLS } from '../../src/store/heatmap-query.ts';
import type { ProfileStore } from '../../src/store/profile-store.ts';
import { openTemporary, PERIOD_NS, testProcess, textBatch } from './text-profile.ts';

/** Each batch's samples are 10 ms apart. */
const BATCHES = [
  { comm: 'a', timeMs: 995, count: 40 },
  { comm: 'b', timeMs: 1_003, count: 25 },
  { comm: 'a', timeMs: 4_990, count: 1 },
] as const;
const SAMPLES = BATCHES.flatMap(({ comm, timeMs, count }) =>
  Array.from({ length: count }, (_, i) => ({ comm, timeMs: timeMs + 10 * i })),
);

let store: ProfileStore;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ store, remove } = await openTemporary());
  for (const { comm, timeMs, count } of BATCHES) {
    const process = testProcess(comm, { pid: comm.charCodeAt(0) });
    await store.append(textBatch(`main\n${count}`, { process, timeMs }), []);
  }
});
afterAll(() => remove());

const only = (comm: string): Selector => [{ label: 'comm', op: '=', value: comm }];

/** Cells as one would count them by hand. */
function naive(range: TimeRange, columnMs: number, rowMs: number, comm?: string): number[] {
  const first = Math.floor(range.fromMs / columnMs);
  const columns = Math.ceil(range.untilMs / columnMs) - first;
  const rows = Math.ceil(columnMs / rowMs);
  const cells = new Array<number>(columns * rows).fill(0);
  for (const sample of SAMPLES) {
    if (sample.timeMs < range.fromMs || sample.timeMs >= range.untilMs) continue;
    if (comm !== undefined && sample.comm !== comm) continue;
    const column = Math.floor(sample.timeMs / columnMs) - first;
    cells[column * rows + Math.floor((sample.timeMs % columnMs) / rowMs)]!++;
  }
  return cells;
}

describe('heatmap', () => {
  it('has a column per second and a row per slice, and begins at a whole column', async () => {
    const heatmap = await store.heatmap([], { fromMs: 900, untilMs: 5_000 }, 1_000, 250);
    expect(heatmap).toMatchObject({ startMs: 0, columnMs: 1_000, rowMs: 250, columns: 5, rows: 4 });
    expect([...heatmap.count]).toEqual([
      ...[0, 0, 0, 1],
      ...[25 + 25, 14, 0, 0],
      ...[0, 0, 0, 0],
      ...[0, 0, 0, 0],
      ...[0, 0, 0, 1],
    ]);
    expect([...heatmap.weightNs]).toEqual([...heatmap.count].map((count) => count * PERIOD_NS));
  });

  it('keeps to the window also within the cells that it cuts', async () => {
    const heatmap = await store.heatmap([], { fromMs: 1_000, untilMs: 1_010 }, 1_000, 1_000);
    expect([...heatmap.count]).toEqual([2]);
  });

  it('has only zeros where there are no samples', async () => {
    const heatmap = await store.heatmap([], { fromMs: 60_000, untilMs: 61_500 }, 1_000, 500);
    expect([...heatmap.count, ...heatmap.weightNs]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('counts what a plain loop counts, for any window, grid and selector', async () => {
    const scene = fc
      .record({
        fromMs: fc.integer({ min: 0, max: 5_000 }),
        lengthMs: fc.integer({ min: 1, max: 5_000 }),
        rowMs: fc.integer({ min: 1, max: 400 }),
        columnMs: fc.integer({ min: 1, max: 2_000 }),
        comm: fc.constantFrom(undefined, 'a', 'b', 'nobody'),
      })
      .filter(({ rowMs, columnMs }) => rowMs <= columnMs);
    await fc.assert(
      fc.asyncProperty(scene, async ({ fromMs, lengthMs, rowMs, columnMs, comm }) => {
        const range = { fromMs, untilMs: fromMs + lengthMs };
        const selector = comm === undefined ? [] : only(comm);
        const heatmap = await store.heatmap(selector, range, columnMs, rowMs);
        expect([...heatmap.count]).toEqual(naive(range, columnMs, rowMs, comm));
        const table = await store.stacks(selector, range);
        const sum = (column: Float64Array) => column.reduce((a, b) => a + b, 0);
        expect([sum(heatmap.count), sum(heatmap.weightNs)]).toEqual([sum(table.count), sum(table.weightNs)]);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['more cells than its budget', 1_000_000, 1, 1],
    ['a row longer than its column', 1_000, 10, 20],
    ['no row', 1_000, 10, 0],
    ['parts of milliseconds', 1_000, 10, 0.5],
  ])('refuses %s', async (_, untilMs, columnMs, rowMs) => {
    await expect(store.heatmap([], { fromMs: 0, untilMs }, columnMs, rowMs)).rejects.toMatchObject({
      kind: 'bad-query',
    });
  });

  it('answers as many cells as its budget allows', async () => {
    const range = { fromMs: 0, untilMs: MAX_HEATMAP_CELLS };
    expect((await store.heatmap([], range, 1, 1)).count).toHaveLength(MAX_HEATMAP_CELLS);
  });
});
