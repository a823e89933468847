// Numbers of stacks in blocks, however many there are.
import { expect, it } from 'vitest';
import { sealedSql } from '../../src/store/block-view.ts';
import type { StackTable } from '../../src/model/stack-table.ts';
import { EVER, ledgerOf, textBatch, withStore } from './text-profile.ts';
import { DAY_0, HOUR_MS, maintainAll } from './upkeep-steps.ts';

const BLOCKS = 20;
/** So far apart that they are not merged. */
const APART_MS = 6 * HOUR_MS;

function sums({ stackIds, count }: StackTable): Map<bigint, number> {
  return new Map(Array.from(stackIds!, (id, row) => [id, count[row]!]));
}

it('finds the same stacks in many blocks, in few of them, and before they were sealed', async () => {
  await withStore(async (store) => {
    for (let at = 0; at < BLOCKS; at++) {
      // In each block other stacks, so that a stack's number is another one.
      const columns = [['main', `f${at}`, '1'], ['main', `f${at + 1}`, '2'], ['main', 'common', String(at + 1)]]; // prettier-ignore
      const lines = [0, 1, 2].map((line) => columns.map((column) => column[line]!.padEnd(8)).join(''));
      const batch = textBatch(lines.join('\n'), { timeMs: DAY_0 + at * APART_MS });
      await store.append(batch, ledgerOf(batch.samples.length));
    }
    const windows = [
      EVER,
      { fromMs: DAY_0, untilMs: DAY_0 + 3 * APART_MS },
      { fromMs: DAY_0 + 7 * APART_MS, untilMs: DAY_0 + (BLOCKS - 1) * APART_MS },
    ];
    const before = [];
    for (const window of windows) before.push(sums(await store.stacks([], window)));
    await maintainAll(store, DAY_0 + (BLOCKS + 1) * APART_MS);
    expect(await store.blocks()).toHaveLength(BLOCKS);
    for (const [at, window] of windows.entries()) {
      expect(sums(await store.stacks([], window))).toEqual(before[at]);
    }
    const [rarest] = [...before[0]!].find(([, count]) => count === 1)!;
    const { series } = await store.series([], EVER, 1e13, undefined, 20, BigUint64Array.of(rarest));
    expect(series.map(({ count }) => [...count])).toEqual([[1]]);
  });
});

it('reads numbers only where ids of stacks are asked for', () => {
  const block = { path: '/blocks/a', tier: 'raw', format: 2 } as const;
  expect(sealedSql([block], ['time_ms', 'stack_id'])).toContain('stacks.parquet');
  expect(sealedSql([block], ['time_ms', 'stack_id'], { stackIds: 'none' })).not.toContain('stacks.parquet');
  expect(sealedSql([{ ...block, format: 1 }], ['stack_id'])).not.toContain('stacks.parquet');
});
