// Whose samples blocks hold: written when they are sealed, kept true when they are rolled up, and found in the account.
import { rm, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DiskAccount } from '../../src/store/accounting.ts';
import type { ProfileStore } from '../../src/store/profile-store.ts';
import { ledgerOf, testProcess, textBatch, withStore } from './text-profile.ts';
import { DAY_0, DAY_MS, fileOf, HOUR_MS, maintainAll, ROLL_UP } from './upkeep-steps.ts';

const NODE = testProcess('node', { pid: 1, user: 'app', container: 'web' });
const GCC = testProcess('gcc', { pid: 2, user: 'build' });

/** 30 samples of node and 10 of gcc in the first hour, 20 of gcc in the second. */
async function fill(store: ProfileStore): Promise<void> {
  const batches = [
    textBatch('main\na\n30', { process: NODE, timeMs: DAY_0 }),
    textBatch('main\nb\n10', { process: GCC, timeMs: DAY_0 }),
    textBatch('main\nb\n20', { process: GCC, timeMs: DAY_0 + HOUR_MS }),
  ];
  for (const batch of batches) await store.append(batch, ledgerOf(1));
}

const samplesOf = (account: DiskAccount, label: 'comm' | 'user' | 'container') =>
  Object.fromEntries(account.labels[label].values.map(({ value, samples }) => [value, samples]));

describe('whose samples blocks hold', () => {
  it('is in the account from the sealing on, with all bytes of the blocks', () =>
    withStore(async (store) => {
      await fill(store);
      await maintainAll(store, DAY_0 + 3 * HOUR_MS);
      const [blocks, account] = [await store.blocks(), await store.diskAccount()];
      expect(blocks).toHaveLength(2);
      expect(samplesOf(account, 'comm')).toEqual({ node: 30, gcc: 30 });
      expect(samplesOf(account, 'user')).toEqual({ app: 30, build: 30 });
      expect(samplesOf(account, 'container')).toEqual({ web: 30, '': 30 });
      const bytes = blocks.reduce((sum, block) => sum + block.bytes, 0);
      for (const { values, others } of Object.values(account.labels)) {
        const shared = values.reduce((sum, share) => sum + share.bytes, others.bytes);
        expect(shared).toBeCloseTo(bytes, 6);
        expect(others.samples).toBe(0);
      }
      expect(account.days).toEqual([
        { day: '2026-03-02', bytes, samples: 60, tiers: { raw: bytes, '10s': 0, '1min': 0 } },
      ]);
    }));

  it('stays as it is when blocks are rolled up', () =>
    withStore(async (store) => {
      await fill(store);
      await maintainAll(store, DAY_0 + 3 * HOUR_MS);
      const before = await store.diskAccount();
      await maintainAll(store, DAY_0 + 10 * DAY_MS, ROLL_UP);
      const after = await store.diskAccount();
      expect((await store.blocks()).map(({ tier }) => tier)).toEqual(['1min']);
      for (const label of ['comm', 'user', 'container'] as const) {
        expect(samplesOf(after, label)).toEqual(samplesOf(before, label));
      }
      expect(after.bytesPerDay).toMatchObject({ raw: null, '10s': null });
    }));

  it('survives a restart, and is nobody’s where a manifest does not say', () =>
    withStore(async (store, dataDir, reopen) => {
      await fill(store);
      await maintainAll(store, DAY_0 + 3 * HOUR_MS);
      const [first, second] = await store.blocks();
      const path = fileOf(dataDir, second!, 'manifest.json');
      const { labels, ...rest } = JSON.parse(await readFile(path, 'utf8')) as { labels: unknown };
      expect(labels).toEqual({ comm: [['gcc', 20]], user: [['build', 20]], container: [['', 20]] });
      await writeFile(path, JSON.stringify(rest));
      let account = await (await reopen()).diskAccount();
      expect(samplesOf(account, 'comm')).toEqual({ node: 30, gcc: 10 });
      expect(account.labels.comm.others).toEqual({ samples: 20, bytes: second!.bytes });
      await rm(join(dataDir, 'blocks', first!.id, 'manifest.json'));
      account = await (await reopen()).diskAccount();
      expect(account.labels.comm.values).toEqual([]);
    }));
});
