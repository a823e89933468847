// Blocks of a few hours as one.
import { describe, expect, it } from 'vitest';
import type { StoredBlock } from '../../src/store/block-table.ts';
import { planMerge } from '../../src/store/merging.ts';
import { EVER, executeOn, ledgerOf, testProcess, textBatch, withStore } from './text-profile.ts';
import { DAY_0, fileOf, HOUR_MS, maintainAll } from './upkeep-steps.ts';

const block = (id: string, hour: number, more: Partial<StoredBlock> = {}): StoredBlock => ({
  id,
  state: 'live',
  reason: '',
  tier: 'raw',
  fromMs: DAY_0 + hour * HOUR_MS,
  untilMs: DAY_0 + (hour + 1) * HOUR_MS,
  rows: 10,
  samples: 10,
  weightNs: 10,
  bytes: 1,
  format: 2,
  ...more,
});

const plan = (blocks: StoredBlock[], hours: number, pins: number[] = []) =>
  planMerge(
    blocks,
    pins.map((hour) => ({ fromMs: DAY_0 + hour * HOUR_MS + 5, untilMs: DAY_0 + hour * HOUR_MS + 9 })),
    DAY_0 + hours * HOUR_MS,
  )?.map(({ id }) => id);

describe('planMerge', () => {
  it('takes the blocks of six hours an hour after these are over', () => {
    const blocks = [block('a', 0), block('b', 5), block('c', 6), block('d', 7)];
    expect(plan(blocks, 6.9)).toBeUndefined();
    expect(plan(blocks, 7)).toEqual(['a', 'b']);
    expect(plan(blocks.slice(1), 12.9)).toBeUndefined();
    expect(plan(blocks.slice(1), 13)).toEqual(['c', 'd']);
  });

  it('leaves what is large, broken, rolled up or pinned', () => {
    const others = [block('a', 0), block('b', 1)];
    expect(plan([...others, block('c', 2, { rows: 1e6 })], 9)).toEqual(['a', 'b']);
    expect(plan([...others, block('c', 2, { state: 'broken' })], 9)).toEqual(['a', 'b']);
    expect(plan([...others, block('c', 2, { tier: '10s' })], 9)).toEqual(['a', 'b']);
    expect(plan([...others, block('c', 2)], 9, [2])).toEqual(['a', 'b']);
    expect(plan([...others, block('c', 2)], 9, [1])).toBeUndefined();
  });

  it('makes no block of more than 4.5 million rows, and none for a few late samples', () => {
    const many = [0, 1, 2, 3, 4, 5].map((hour) => block(String(hour), hour, { rows: 999_999 }));
    expect(plan(many, 9)).toEqual(['0', '1', '2', '3']);
    expect(plan([block('a', 0, { rows: 900 }), block('late', 1)], 9)).toBeUndefined();
  });
});

describe('merging', () => {
  it('keeps every sample as it was, and what is referred to once', async () => {
    await withStore(async (store) => {
      const text = 'main  main\na     b\n3     2';
      for (let hour = 0; hour < 8; hour++) {
        const timeMs = DAY_0 + hour * HOUR_MS + 59 * 60_000;
        await store.append(textBatch(text, { timeMs, cpu: hour }), ledgerOf(0));
      }
      const before = await store.stacks([], EVER, 'cpu');
      const range = { fromMs: DAY_0, untilMs: DAY_0 + 8 * HOUR_MS };
      const series = await store.series([], range, 1000);
      const steps = await maintainAll(store, DAY_0 + 9 * HOUR_MS);
      expect(steps.at(-1)).toEqual({
        did: 'merged',
        what: expect.stringMatching(
          /^6 blocks since 2026-03-02T00:59:00.000Z \(30 samples\) merged as/,
        ) as string,
      });
      expect((await store.blocks()).map(({ tier, rows }) => [tier, rows])).toEqual([
        ['raw', 30],
        ['raw', 5],
        ['raw', 5],
      ]);
      expect(await store.stacks([], EVER, 'cpu')).toEqual(before);
      expect(await store.series([], range, 1000)).toEqual(series);
    });
  });

  it('leaves the samples in the order of time by quarters of an hour, so that a window reads a part of them', async () => {
    await withStore(async (store, dataDir) => {
      for (let quarter = 0; quarter < 6 * 4; quarter++) {
        for (const name of ['b', 'a']) {
          const timeMs = DAY_0 + quarter * 15 * 60_000 + 1000;
          await store.append(
            textBatch(`main\n${name}\n3`, { timeMs, process: testProcess(name) }),
            ledgerOf(0),
          );
        }
      }
      await maintainAll(store, DAY_0 + 8 * HOUR_MS);
      const [merged, ...others] = await store.blocks();
      expect([merged!.rows, others]).toEqual([6 * 4 * 2 * 3, []]);
      await store.close();
      const rows = await executeOn(
        dataDir,
        `SELECT (time_ms // 900000)::DOUBLE, process_id FROM '${fileOf(dataDir, merged!)}'`,
      );
      const quarters = rows.map(([quarter]) => quarter as number);
      expect(quarters).toEqual([...quarters].sort((a, b) => a - b));
      // A run of each process in each quarter.
      const runs = rows.filter((row, at) => at === 0 || row.join() !== rows[at - 1]!.join());
      expect(runs).toHaveLength(6 * 4 * 2);
    });
  });
});
