// Definitions and names go with the last sample that needs them, and come again with the next.
import { describe, expect, it } from 'vitest';
import type { ProfileStore } from '../../src/store/profile-store.ts';
import { EVER, executeOn, ledgerOf, testProcess, textBatch, textSymbols, withStore } from './text-profile.ts';
import { DAY_0, HOUR_MS, KEEP_ALL, maintainAll } from './upkeep-steps.ts';

const OLD = 'main  main\nold   shared@libc.so\n2     1';
const NEW = 'main  boot\nnew   shared@libc.so\n1     1';
const oldBatch = (timeMs: number) => textBatch(OLD, { timeMs, process: testProcess('old') });
const newBatch = (timeMs: number) => textBatch(NEW, { timeMs, process: testProcess('new') });

/** The old hour is in a block, the new one hot. */
async function fill(store: ProfileStore): Promise<void> {
  await store.append(oldBatch(DAY_0), ledgerOf(3), textSymbols(OLD));
  await store.append(newBatch(DAY_0 + HOUR_MS), ledgerOf(5), textSymbols(NEW));
  await maintainAll(store, DAY_0 + HOUR_MS + 60_000);
}

const deleteOld = (store: ProfileStore) =>
  maintainAll(store, DAY_0 + HOUR_MS + 60_000, { ...KEEP_ALL, retentionMs: HOUR_MS / 2 });

const framesOf = async (store: ProfileStore) =>
  (await store.stacks([], EVER)).locationFrames.map((frames) => frames[0]!.name).sort();

describe('sweep', () => {
  it('deletes nothing that a block or a hot sample refers to', async () => {
    await withStore(async (store) => {
      await fill(store);
      const before = await store.usage();
      expect(await store.sweep()).toBe(0);
      const { stacks, locations, symbols, objects, processes } = before;
      expect(await store.usage()).toMatchObject({ stacks, locations, symbols, objects, processes });
      expect(await framesOf(store)).toEqual(['boot', 'main', 'new', 'old', 'shared']);
    });
  });

  it('deletes what only deleted blocks referred to', async () => {
    await withStore(async (store, dataDir) => {
      await fill(store);
      await deleteOld(store);
      // Two stacks, the process, and the function `old`; `main` and `shared` are needed by the new samples.
      expect(await store.sweep()).toBe(4);
      expect(await store.usage()).toMatchObject({
        samples: 2,
        stacks: 2,
        processes: 1,
        locations: 4,
        symbols: 4,
      });
      expect(await framesOf(store)).toEqual(['boot', 'main', 'new', 'shared']);
      expect(await store.sweep()).toBe(0);
      await store.close();
      const names = await executeOn(dataDir, `SELECT name FROM symbols ORDER BY name`);
      expect(names.flat()).toEqual(['boot', 'main', 'new', 'shared']);
    });
  });

  it('takes definitions again afterwards', async () => {
    await withStore(async (store) => {
      await fill(store);
      await deleteOld(store);
      await store.sweep();
      await store.append(oldBatch(DAY_0 + HOUR_MS + 5), ledgerOf(8), textSymbols(OLD));
      expect(await framesOf(store)).toEqual(['boot', 'main', 'new', 'old', 'shared']);
      expect((await store.labelValues('comm', [], EVER, 9)).values).toEqual([
        { value: 'old', count: 3 },
        { value: 'new', count: 2 },
      ]);
    });
  });

  it('keeps what batches define while it is under way', async () => {
    for (let round = 0; round < 5; round++) {
      await withStore(async (store) => {
        await fill(store);
        await deleteOld(store);
        const sweep = store.sweep();
        for (let i = 0; i < round; i++) await Promise.resolve();
        await Promise.all([
          sweep,
          store.append(oldBatch(DAY_0 + HOUR_MS + 5), ledgerOf(8), textSymbols(OLD)),
        ]);
        expect(await framesOf(store)).toEqual(['boot', 'main', 'new', 'old', 'shared']);
        expect((await store.labelValues('comm', [], EVER, 9)).values[0]).toEqual({ value: 'old', count: 3 });
      });
    }
  });
});
