import { describe, expect, it } from 'vitest';
import { MARKER_OBJECT } from '../../src/model/location.ts';
import { executeOn, EVER, ledgerOf, testProcess, textBatch, withStore } from './text-profile.ts';

const TEXT = 'main  main  [exited]@marker\na     b     c@libc.so\n3     2     1';

describe('append', () => {
  it('stores definitions once, however often they are sent', async () => {
    await withStore(async (store, _dataDir, reopen) => {
      for (let i = 0; i < 3; i++) await store.append(textBatch(TEXT), ledgerOf(6));
      const again = await reopen();
      await again.append(textBatch(TEXT), ledgerOf(6));
      expect(await again.usage()).toMatchObject({
        samples: 24,
        stacks: 3,
        locations: 5,
        objects: 3,
        processes: 1,
        oldestMs: 1_700_000_000_000,
        newestMs: 1_700_000_000_050,
      });
    });
  });

  it('replaces a process that is known better now', async () => {
    await withStore(async (store) => {
      const process = testProcess('node');
      await store.append(textBatch('main\n1', { process }), []);
      await store.append(textBatch('main\n1', { process: { ...process, container: 'f00d' } }), []);
      await store.append(textBatch('main\n1', { process: { ...process, container: 'f00d' } }), []);
      expect((await store.usage()).processes).toBe(1);
      expect((await store.labelValues('container', [], EVER, 9)).values).toEqual([
        { value: 'f00d', count: 3 },
      ]);
    });
  });

  it('stores batches of more rows than a chunk of DuckDB has', async () => {
    await withStore(async (store) => {
      await store.append(textBatch('main  main\na     b\n3000  2000'), []);
      const { count } = await store.stacks([], EVER);
      expect([...count]).toEqual([3000, 2000]);
    });
  });

  it('stores an empty batch with its ledger', async () => {
    await withStore(async (store) => {
      const batch = textBatch('main\n1');
      await store.append({ ...batch, samples: { ...batch.samples, length: 0 } }, ledgerOf(0));
      expect((await store.usage()).samples).toBe(0);
      expect(await store.ledger('session')).toHaveLength(1);
    });
  });

  it('replaces the ledger of a session as a whole, and leaves those of others', async () => {
    await withStore(async (store) => {
      const batch = textBatch('main\n1');
      const row = { session: 'a', cpu: 0, stored: 1, consumed: 2, losses: { ringFull: 1 } };
      await store.append(batch, [row, { ...row, cpu: 300 }, { ...row, session: 'b' }]);
      await store.append(batch, [
        { ...row, cpu: 300 },
        { ...row, stored: 5 },
        { ...row, cpu: 1 },
      ]);
      expect(await store.ledger('a')).toEqual([
        { ...row, stored: 5 },
        { ...row, cpu: 1 },
        { ...row, cpu: 300 },
      ]);
      expect(await store.ledger('b')).toEqual([{ ...row, session: 'b' }]);
      expect(await store.ledger('c')).toEqual([]);
    });
  });

  it('runs appends and reads at once, each read on a state between two appends', async () => {
    await withStore(async (store) => {
      const appends = Array.from({ length: 20 }, () => store.append(textBatch(TEXT), ledgerOf(6)));
      const reads = await Promise.all(Array.from({ length: 20 }, () => store.stacks([], EVER, 'comm')));
      await Promise.all(appends);
      for (const { count } of reads) expect(count.reduce((a, b) => a + b, 0) % 6).toBe(0);
      expect((await store.usage()).samples).toBe(120);
    });
  });

  it('stores nothing of a batch that fails, and goes on with the next', async () => {
    await withStore(async (store) => {
      await store.append(textBatch('main\n1'), ledgerOf(1));
      const broken = textBatch(TEXT);
      broken.samples.weightNs[5] = -1;
      await expect(store.append(broken, ledgerOf(7))).rejects.toMatchObject({
        name: 'StoreError',
        kind: 'failed',
      });
      expect(await store.ledger('session')).toEqual(ledgerOf(1));
      expect(await store.usage()).toMatchObject({ samples: 1, stacks: 1 });
      await store.append(textBatch(TEXT), ledgerOf(7));
      expect(await store.usage()).toMatchObject({ samples: 7, stacks: 4 });
    });
  });

  it('keeps the markers as an object like any other', async () => {
    await withStore(async (store, dataDir) => {
      await store.append(textBatch(TEXT), []);
      await store.close();
      const rows = await executeOn(dataDir, `SELECT object_id, path FROM objects WHERE kind = 'marker'`);
      expect(rows).toEqual([[MARKER_OBJECT.id, '[marker]']]);
    });
  });
});
