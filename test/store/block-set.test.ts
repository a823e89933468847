// Sealed samples: served with the hot ones, checked, set aside, taken in.
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { BlockManifest } from '../../src/store/block-manifest.ts';
import type { ProfileStore } from '../../src/store/profile-store.ts';
import { EVER, ledgerOf, openAt, PERIOD_NS, temporaryDir, textBatch, textSymbols } from './text-profile.ts';
import { DAY_0, fileOf, flipBit, HOUR_MS, maintainAll } from './upkeep-steps.ts';

const TEXT = 'main  main  [exited]@marker\na     b     c@libc.so\n3     2     1';

let dataDir: string;
beforeEach(async () => {
  dataDir = await temporaryDir();
  return () => rm(dataDir, { recursive: true });
});

/** A store with six samples in each of the given hours of the first day, the last two hours still hot. */
async function fill(hours: readonly number[], path = dataDir): Promise<ProfileStore> {
  const store = await openAt(path);
  for (const hour of hours) {
    const options = { timeMs: DAY_0 + hour * HOUR_MS + 1000, cpu: hour };
    await store.append(textBatch(TEXT, options), ledgerOf(6), textSymbols(TEXT));
  }
  return store;
}

async function countOf(store: ProfileStore, range = EVER): Promise<number> {
  return (await store.stacks([], range)).count.reduce((a, b) => a + b, 0);
}

const namesOf = async (store: ProfileStore) =>
  (await store.stacks([], EVER)).locationFrames.map((frames) => frames[0]!.name).sort();

const NOON = DAY_0 + 12 * HOUR_MS;

describe('sealing', () => {
  it('moves each hour that is over into a block, and answers stay what they were', async () => {
    const store = await fill([9, 10, 11, 12]);
    const before = await store.stacks([], EVER, 'cpu');
    const steps = await maintainAll(store, NOON + 60_000);
    expect(steps.map(({ did }) => did)).toEqual(['sealed', 'sealed', 'sealed']);
    expect(steps[0]!.what).toMatch(/^6 samples since 2026-03-02T09:00:00.000Z sealed as block 20260302T/);
    expect(await store.stacks([], EVER, 'cpu')).toEqual(before);
    const usage = await store.usage();
    expect(usage).toMatchObject({
      samples: 24,
      hotRows: 6,
      oldestMs: DAY_0 + 9 * HOUR_MS + 1000,
      newestMs: NOON + 1050,
      brokenBlocks: 0,
    });
    expect(usage.tiers.raw).toMatchObject({ blocks: 3, rows: 18, samples: 18, weightNs: 18 * PERIOD_NS });
    expect(usage.bytes).toBe(usage.hotBytes + usage.tiers.raw.bytes);
    await store.close();
    const again = await openAt(dataDir);
    expect(await again.stacks([], EVER, 'cpu')).toEqual(before);
    await again.close();
  });

  it('leaves the hour that is not over, and one whose last batches may still come', async () => {
    const store = await fill([11]);
    expect(await maintainAll(store, NOON + 59_999)).toEqual([]);
    expect(await maintainAll(store, NOON + 60_000)).toHaveLength(1);
    await store.close();
  });

  it('makes another block of samples that come late', async () => {
    const store = await fill([9]);
    await maintainAll(store, NOON);
    await store.append(textBatch(TEXT, { timeMs: DAY_0 + 9 * HOUR_MS + 5 }), ledgerOf(12));
    expect(await countOf(store)).toBe(12);
    await maintainAll(store, NOON);
    expect((await store.blocks()).map(({ rows }) => rows)).toEqual([6, 6]);
    expect(await countOf(store)).toBe(12);
    await store.close();
  });

  it('loses nothing where samples come while they are sealed', async () => {
    const store = await fill([9]);
    const late = () => store.append(textBatch(TEXT, { timeMs: DAY_0 + 9 * HOUR_MS }), ledgerOf(0));
    const appends = (async () => {
      for (let i = 0; i < 10; i++) await late();
    })();
    for (let i = 0; i < 4; i++) {
      await store.maintain(NOON, { rawForMs: 1e12, retentionMs: 1e12, retentionBytes: 1e12 });
      expect((await countOf(store)) % 6).toBe(0);
    }
    await appends;
    await maintainAll(store, NOON);
    expect(await countOf(store)).toBe(66);
    expect((await store.usage()).hotRows).toBe(0);
    expect(await readdir(join(dataDir, 'blocks'))).toHaveLength((await store.blocks()).length);
    await store.close();
  });

  it('loses nothing where the clock is set back an hour, or forward and back', async () => {
    const store = await fill([9, 10]);
    await maintainAll(store, NOON);
    const at = async (timeMs: number) => store.append(textBatch(TEXT, { timeMs }), ledgerOf(0));
    await at(NOON - HOUR_MS); // set back: hours that are sealed are lived again
    await at(NOON - 2 * HOUR_MS);
    await maintainAll(store, NOON - HOUR_MS);
    await at(NOON + 500 * HOUR_MS); // forward by weeks, for a moment
    await maintainAll(store, NOON + 500 * HOUR_MS);
    await at(NOON);
    await maintainAll(store, NOON + 60_000);
    expect(await countOf(store)).toBe(36);
    expect(await store.usage()).toMatchObject({ samples: 36, newestMs: NOON + 500 * HOUR_MS + 50 });
    for (const { fromMs, untilMs } of await store.blocks()) expect(fromMs).toBeLessThan(untilMs);
    await store.close();
  });

  it('is cut short when the store is closed, and done at the next start', async () => {
    const store = await fill([9, 10, 11]);
    const cut = maintainAll(store, NOON + 60_000).catch(() => 'cut short');
    await store.close();
    await cut;
    const again = await openAt(dataDir);
    expect(await countOf(again)).toBe(18);
    await maintainAll(again, NOON + 60_000);
    expect(await again.usage()).toMatchObject({ samples: 18, hotRows: 0 });
    expect(await readdir(join(dataDir, 'blocks'))).toHaveLength(3);
    await again.close();
  });

  it('writes blocks that can be read without this store', async () => {
    const store = await fill([9]);
    await maintainAll(store, NOON);
    const [block] = await store.blocks();
    await store.close();
    const folder = join(dataDir, 'blocks', block!.id);
    const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as BlockManifest;
    expect(manifest).toMatchObject({
      tier: 'raw',
      rows: 6,
      samples: 6,
      weightNs: 6 * PERIOD_NS,
      host: 'testhost',
    });
    for (const [name, { bytes, sha256 }] of Object.entries(manifest.files)) {
      const content = await readFile(join(folder, name));
      expect([content.length, createHash('sha256').update(content).digest('hex')]).toEqual([bytes, sha256]);
    }
    const instance = await DuckDBInstance.create();
    const connection = await instance.connect();
    const rows = await connection.runAndReadAll(
      `SELECT p.comm, list(y.name ORDER BY depth_of)::VARCHAR, any_value(n)::INTEGER
       FROM (SELECT stack, process_id, sum(count) AS n FROM '${folder}/samples.parquet' GROUP BY ALL) s
       JOIN '${folder}/processes.parquet' p USING (process_id)
       JOIN (SELECT stack, unnest(locations) AS location, generate_subscripts(locations, 1) AS depth_of
         FROM '${folder}/stacks.parquet') t USING (stack)
       JOIN '${folder}/locations.parquet' l USING (location)
       JOIN '${folder}/objects.parquet' o USING (object_id)
       LEFT JOIN '${folder}/frames.parquet' y USING (object_id, address)
       GROUP BY s.stack, p.comm ORDER BY ALL DESC`,
    );
    expect(rows.getRows()).toEqual([
      ['app', '[c, NULL]', 1],
      ['app', '[b, main]', 2],
      ['app', '[a, main]', 3],
    ]);
    connection.closeSync();
    instance.closeSync();
  });

  it('works where the path has quotes and characters of file patterns', async () => {
    const odd = join(dataDir, `it's [1]*`);
    const store = await fill([9, 10], odd);
    await maintainAll(store, NOON);
    expect(await countOf(store)).toBe(12);
    await store.close();
  });
});

describe('a block that is damaged', () => {
  const DAMAGES: [string, (path: string) => Promise<void>, RegExp][] = [
    ['truncated', (path) => truncate(path, 100), /has 100 bytes instead of \d+/],
    ['bit-flipped', async (path) => flipBit(path, await readFile(path)), /was changed or damaged/],
    ['missing', (path) => rm(path), /samples\.parquet is missing/],
  ];

  it.each(DAMAGES)('is set aside when it is %s, and the rest is served', async (_name, damage, reason) => {
    const filled = await fill([9, 10, 12]);
    await maintainAll(filled, NOON + 60_000);
    const [first] = await filled.blocks();
    await filled.close();
    await damage(fileOf(dataDir, first!));
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const store = await openAt(dataDir);
    expect(await countOf(store)).toBe(12);
    expect(await countOf(store, { fromMs: DAY_0 + 9 * HOUR_MS, untilMs: DAY_0 + 10 * HOUR_MS })).toBe(0);
    expect((await store.blocks())[0]).toMatchObject({
      state: 'broken',
      reason: expect.stringMatching(reason) as string,
    });
    expect(await store.usage()).toMatchObject({ samples: 12, brokenBlocks: 1 });
    expect(said.mock.calls.flat().join()).toMatch(
      new RegExp(`block ${first!.id} is set aside: .*${reason.source}`),
    );
    expect(said).toHaveBeenCalledTimes(1);
    said.mockRestore();
    await store.close();
  });

  it.each(DAMAGES)('is set aside when it is %s while the store is open', async (_name, damage) => {
    const store = await fill([9, 10, 12]);
    await maintainAll(store, NOON + 60_000);
    await store.close();
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const again = await openAt(dataDir);
    const [first] = await again.blocks();
    await damage(fileOf(dataDir, first!));
    expect(await countOf(again)).toBe(12);
    expect(await again.usage()).toMatchObject({ samples: 12, brokenBlocks: 1 });
    said.mockRestore();
    await again.close();
  });

  it('is found by upkeep where nobody asks for it', async () => {
    const store = await fill([9, 10]);
    await maintainAll(store, NOON);
    const [first] = await store.blocks();
    await store.close();
    await flipBit(fileOf(dataDir, first!), await readFile(fileOf(dataDir, first!)));
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const again = await openAt(dataDir);
    expect(await maintainAll(again, NOON)).toEqual([
      { did: 'set-aside', what: `blocks that cannot be read were set aside: ${first!.id}` },
    ]);
    said.mockRestore();
    await again.close();
  });

  it('is served again at the next start after its file was put back', async () => {
    const store = await fill([9]);
    await maintainAll(store, NOON);
    const [block] = await store.blocks();
    await store.close();
    const path = fileOf(dataDir, block!);
    await rename(path, `${path}.away`);
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const without = await openAt(dataDir);
    expect(await countOf(without)).toBe(0);
    await without.close();
    await rename(`${path}.away`, path);
    const again = await openAt(dataDir);
    expect(await countOf(again)).toBe(6);
    expect((await again.blocks())[0]).toMatchObject({ state: 'live', reason: '' });
    expect(said.mock.calls.flat().at(-1)).toMatch(/can be read again$/);
    said.mockRestore();
    await again.close();
  });

  it('is left out by a store that is opened for reading, which changes nothing', async () => {
    const store = await fill([9, 10]);
    await maintainAll(store, NOON);
    const [first] = await store.blocks();
    await store.close();
    await truncate(fileOf(dataDir, first!), 10);
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    for (let times = 0; times < 2; times++) {
      const reader = await openAt(dataDir, true);
      expect(await countOf(reader)).toBe(6);
      expect(await reader.usage()).toMatchObject({ samples: 6, brokenBlocks: 1 });
      await reader.close();
    }
    said.mockRestore();
  });
});

describe('a folder that the database does not know', () => {
  it('is taken in with its names when the database was lost', async () => {
    const store = await fill([9, 10]);
    await maintainAll(store, NOON);
    const names = await namesOf(store);
    await store.close();
    await rm(join(dataDir, 'hot.duckdb'));
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const again = await openAt(dataDir);
    expect(await namesOf(again)).toEqual(names);
    expect((await again.labelValues('comm', [], EVER, 9)).values).toEqual([{ value: 'app', count: 12 }]);
    expect(said).toHaveBeenCalledTimes(2);
    said.mockRestore();
    await again.append(textBatch(TEXT, { timeMs: NOON }), ledgerOf(6));
    expect(await again.usage()).toMatchObject({ samples: 18, stacks: 3, locations: 5 });
    await again.close();
  });

  it('is taken in from another store', async () => {
    const other = join(dataDir, 'other');
    const source = await fill([9], other);
    await maintainAll(source, NOON);
    await source.close();
    const mine = join(dataDir, 'mine');
    await (await fill([9], mine)).close();
    await mkdir(join(mine, 'blocks'));
    await cp(join(other, 'blocks'), join(mine, 'blocks'), { recursive: true });
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const store = await openAt(mine);
    said.mockRestore();
    expect(await countOf(store)).toBe(12);
    await store.close();
  });

  it('is not counted twice where the database is a copy from before it was sealed', async () => {
    await (await fill([9, 10])).close();
    await cp(join(dataDir, 'hot.duckdb'), join(dataDir, 'copy'));
    const store = await openAt(dataDir);
    await maintainAll(store, NOON);
    await store.close();
    await rename(join(dataDir, 'copy'), join(dataDir, 'hot.duckdb'));
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const again = await openAt(dataDir);
    said.mockRestore();
    expect(await countOf(again)).toBe(12);
    expect(await again.usage()).toMatchObject({ hotRows: 0, samples: 12 });
    await again.close();
  });

  it('is left alone where it is no whole block', async () => {
    const store = await fill([9]);
    await maintainAll(store, NOON);
    const [block] = await store.blocks();
    await store.close();
    const strange = join(dataDir, 'blocks', '20260101T000000Z-raw-00000000');
    await cp(join(dataDir, 'blocks', block!.id), strange, { recursive: true });
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const again = await openAt(dataDir);
    expect(said.mock.calls.flat()).toEqual([
      `pilotlight: block 20260101T000000Z-raw-00000000 is left alone: its manifest is that of ${block!.id}`,
    ]);
    said.mockRestore();
    expect(await countOf(again)).toBe(6);
    expect(await readdir(strange)).toHaveLength(7);
    await again.close();
  });
});
