// Which blocks have to go, and that they do.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StoredBlock } from '../../src/store/block-table.ts';
import { folderBytes } from '../../src/store/durable-files.ts';
import { planDeletion } from '../../src/store/retention.ts';
import { EVER, ledgerOf, openAt, temporaryDir, textBatch } from './text-profile.ts';
import { DAY_0, DAY_MS, HOUR_MS, KEEP_ALL, maintainAll } from './upkeep-steps.ts';

/** One block per day, of 100 bytes. */
const BLOCKS: StoredBlock[] = [0, 1, 2, 3].map((day) => ({
  id: String(day),
  state: 'live',
  reason: '',
  tier: 'raw',
  fromMs: day * DAY_MS,
  untilMs: (day + 1) * DAY_MS,
  rows: 1,
  samples: 1,
  weightNs: 1,
  bytes: 100,
  format: 2,
}));
const ids = (blocks: StoredBlock[]) => blocks.map(({ id }) => id).join();

function plan(policy: object, { nowMs = 4 * DAY_MS, bytes = 400, pins = [] as number[] } = {}) {
  const pinned = pins.map((day) => ({ fromMs: day * DAY_MS + 5, untilMs: day * DAY_MS + 6 }));
  const { byAge, bySize } = planDeletion(BLOCKS, pinned, { ...KEEP_ALL, ...policy }, nowMs, bytes);
  return [ids(byAge), ids(bySize)];
}

describe('planDeletion', () => {
  it('deletes blocks whose last sample is too old', () => {
    expect(plan({ retentionMs: 2 * DAY_MS })).toEqual(['0,1', '']);
    expect(plan({ retentionMs: 2 * DAY_MS + 1 })).toEqual(['0', '']);
    expect(plan({ retentionMs: 9 * DAY_MS })).toEqual(['', '']);
  });

  it('deletes the oldest until everything together is small enough', () => {
    expect(plan({ retentionBytes: 400 })).toEqual(['', '']);
    expect(plan({ retentionBytes: 399 })).toEqual(['', '0']);
    expect(plan({ retentionBytes: 399 }, { bytes: 550 })).toEqual(['', '0,1']);
    expect(plan({ retentionBytes: 0 })).toEqual(['', '0,1,2,3']);
  });

  it('counts what goes for its age first', () => {
    expect(plan({ retentionMs: 3 * DAY_MS, retentionBytes: 300 })).toEqual(['0', '']);
    expect(plan({ retentionMs: 3 * DAY_MS, retentionBytes: 299 })).toEqual(['0', '1']);
  });

  it('keeps blocks that a pinned window is part of', () => {
    expect(plan({ retentionMs: 1, retentionBytes: 0 }, { pins: [1, 3] })).toEqual(['0,2', '']);
    expect(plan({ retentionBytes: 250 }, { pins: [0] })).toEqual(['', '1,2']);
  });

  it('deletes none for its age while the clock is doubted', () => {
    expect(plan({ retentionMs: 1, holdAge: true })).toEqual(['', '']);
    expect(plan({ retentionMs: 1, holdAge: true, retentionBytes: 300 })).toEqual(['', '0']);
  });
});

describe('retention', () => {
  it('deletes blocks by age, then by size of the whole directory, and leaves no files', async () => {
    const dataDir = await temporaryDir();
    const store = await openAt(dataDir);
    for (let hour = 0; hour < 5; hour++) {
      await store.append(textBatch('main\n4', { timeMs: DAY_0 + hour * HOUR_MS }), ledgerOf(4));
    }
    const nowMs = DAY_0 + 5 * HOUR_MS;
    await maintainAll(store, nowMs + 60_000);
    const aged = await maintainAll(store, nowMs, { ...KEEP_ALL, retentionMs: 4 * HOUR_MS });
    expect(aged).toMatchObject([
      { did: 'deleted', what: expect.stringMatching(/^1 blocks until/) as string },
    ]);
    expect((await store.blocks()).map(({ fromMs }) => (fromMs - DAY_0) / HOUR_MS)).toEqual([1, 2, 3, 4]);

    const bytes = await folderBytes(dataDir);
    await maintainAll(store, nowMs, { ...KEEP_ALL, retentionBytes: bytes - 1 });
    const left = await store.blocks();
    expect(left.map(({ fromMs }) => (fromMs - DAY_0) / HOUR_MS)).toEqual([2, 3, 4]);
    expect(await store.usage()).toMatchObject({ samples: 12 });
    expect((await store.stacks([], EVER)).count).toEqual(Float64Array.of(12));
    expect((await readdir(join(dataDir, 'blocks'))).sort()).toEqual(left.map(({ id }) => id).sort());
    await store.close();
    await rm(dataDir, { recursive: true });
  });

  it('removes the files of a block only when those who read it have ended', async () => {
    const dataDir = await temporaryDir();
    const store = await openAt(dataDir);
    await store.append(textBatch('main\n4', { timeMs: DAY_0 }), ledgerOf(4));
    await maintainAll(store, DAY_0 + 2 * HOUR_MS);
    const reads = Array.from({ length: 8 }, () => store.stacks([], EVER));
    const deleted = maintainAll(store, DAY_0 + DAY_MS, { ...KEEP_ALL, retentionMs: 1 });
    const counts = (await Promise.all(reads)).map(({ count }) => count[0] ?? 0);
    for (const count of counts) expect([0, 4]).toContain(count);
    expect(counts[0]).toBe(4);
    await deleted;
    expect(await readdir(join(dataDir, 'blocks'))).toEqual([]);
    await store.close();
    await rm(dataDir, { recursive: true });
  });
});
