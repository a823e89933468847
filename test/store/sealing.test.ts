// Where an hour has more samples than a block takes.
import { rm } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { BlockSet } from '../../src/store/block-set.ts';
import { HotDatabase } from '../../src/store/hot-database.ts';
import { sealNext } from '../../src/store/sealing.ts';
import { EVER, ledgerOf, openAt, temporaryDir, textBatch } from './text-profile.ts';
import { DAY_0, HOUR_MS } from './upkeep-steps.ts';

const MINUTE_MS = 60_000;

it('seals minutes that have enough of them before their hour is over', async () => {
  const dataDir = await temporaryDir();
  const store = await openAt(dataDir);
  for (let minute = 0; minute < 60; minute++) {
    await store.append(textBatch('main\n10', { timeMs: DAY_0 + minute * MINUTE_MS }), ledgerOf(0));
  }
  await store.close();

  const options = { dataDir, memoryLimitBytes: 64 * 2 ** 20, readOnly: false, tell: () => undefined };
  const database = await HotDatabase.open(options);
  const blocks = await BlockSet.open({ database, hostLabel: 'h', ...options });
  const sealAt = async (minute: number) => {
    while ((await sealNext(database, blocks, DAY_0 + minute * MINUTE_MS, 100)) !== null);
    return (await blocks.list()).map(({ rows }) => rows);
  };
  // The last minute is not over, and those before it are fewer than 100.
  expect(await sealAt(11)).toEqual([]);
  expect(await sealAt(12)).toEqual([100]);
  expect(await sealAt(35)).toEqual([100, 100, 100]);
  expect(await sealAt(60)).toEqual([100, 100, 100, 100, 100]);
  expect(await sealAt(61)).toEqual([100, 100, 100, 100, 100, 100]);
  await database.close();

  const again = await openAt(dataDir);
  expect((await again.stacks([], EVER)).count).toEqual(Float64Array.of(600));
  expect(
    (await again.series([], { fromMs: DAY_0, untilMs: DAY_0 + HOUR_MS }, MINUTE_MS)).series[0]!.count,
  ).toEqual(new Float64Array(60).fill(10));
  await again.close();
  await rm(dataDir, { recursive: true });
});
