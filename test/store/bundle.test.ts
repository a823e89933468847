// Bundles: made of every tier, opened elsewhere, taken in by another store.
import { existsSync } from 'node:fs';
import { chmod, cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Selector, TimeRange } from '../../src/model/selector.ts';
import { verifyBundle } from '../../src/store/bundle-folder.ts';
import { openStore } from '../../src/store/duckdb-store.ts';
import type { ProfileStore } from '../../src/store/profile-store.ts';
import {
  EVER,
  ledgerOf,
  MEMORY_LIMIT,
  openAt,
  temporaryDir,
  testProcess,
  textBatch,
  textSymbols,
} from './text-profile.ts';
import { DAY_0, DAY_MS, flipBit, HOUR_MS, KEEP_ALL, maintainAll, ROLL_UP } from './upkeep-steps.ts';

const TEXT = 'main  main  [exited]@marker\na     b     c@libc.so\n3     2     1';
const OTHER = 'main  main\nb     d>e@other\n4     5';
const NODE: Selector = [{ label: 'comm', op: '=', value: 'node' }];

let root: string;
let dataDir: string;
let copy: string;
beforeEach(async () => {
  root = await temporaryDir();
  dataDir = join(root, 'data');
  copy = join(root, 'bundle');
  vi.stubEnv('TMPDIR', root);
  return async () => {
    vi.unstubAllEnvs();
    // Whatever was made among the temporary files is gone.
    const left = (await readdir(root)).filter((name) => name.startsWith('pilotlight-'));
    await rm(root, { recursive: true });
    expect(left).toEqual([]);
  };
});

/** Samples of a minute's sums (nine days old), of ten seconds' (two days), raw ones in a block, and hot ones. */
async function fillEveryTier(): Promise<ProfileStore> {
  const store = await openAt(dataDir);
  const append = async (timeMs: number) => {
    for (const [text, comm, cpu] of [
      [TEXT, 'app', 0],
      [OTHER, 'node', 1],
    ] as const) {
      const batch = textBatch(text, { timeMs, cpu, process: testProcess(comm), thread: `${comm}-worker` });
      await store.append(batch, ledgerOf(batch.samples.length), textSymbols(text));
    }
  };
  await append(DAY_0 + 1000);
  await append(DAY_0 + 8 * DAY_MS + 5000);
  const now = DAY_0 + 10 * DAY_MS;
  await append(now - 3 * HOUR_MS);
  await append(now - 2000);
  await maintainAll(store, now, ROLL_UP);
  const { tiers, hotRows } = await store.usage();
  expect([tiers.raw.blocks, tiers['10s'].blocks, tiers['1min'].blocks, hotRows]).toEqual([1, 1, 1, 15]);
  return store;
}

/** Exports, and copies the folder as a tar's way would. */
async function exportTo(path: string, store: ProfileStore, range: TimeRange = EVER, selector: Selector = []) {
  const exported = await store.exportBundle({ range, selector, query: '', version: '1.2.3' });
  await cp(exported.path, path, { recursive: true });
  await exported.remove();
  return exported.bundle;
}

function openBundle(path: string, tell: (line: string) => void = () => undefined): Promise<ProfileStore> {
  return openStore({
    dataDir: path,
    memoryLimitBytes: MEMORY_LIMIT,
    hostLabel: 'elsewhere',
    readOnly: true,
    tell,
  });
}

/** What a window says, in an order of its own: stacks as text, with their counts and labels. */
async function answers(store: ProfileStore, range: TimeRange = EVER, selector: Selector = []) {
  const table = await store.stacks(selector, range, 'comm');
  const frames = table.locationFrames.map((chain) =>
    chain.map(({ name, file, line }) => `${name} ${file}:${line}`),
  );
  const stacks = Array.from(table.count, (count, row) => {
    const locations = table.stackLocations.subarray(table.offsets[row], table.offsets[row + 1]);
    const path = Array.from(locations, (at) => [table.locationAddress[at], ...frames[at]!].join('|')).join(
      ';',
    );
    return `${table.group![row]} ${path} ${count} ${table.weightNs[row]}`;
  });
  const labels = await Promise.all(
    (['thread', 'cpu', 'host', 'user'] as const).map((label) =>
      store.labelValues(label, selector, range, 10),
    ),
  );
  const series = await store.series(selector, range, range === EVER ? 1e12 : HOUR_MS, 'comm');
  return { stacks: stacks.sort(), labels, series, period: table.periodNs };
}

describe('a bundle', () => {
  it('of all tiers answers elsewhere exactly as the store does, with the names of now', async () => {
    const store = await fillEveryTier();
    await store.appendSymbols(textSymbols(TEXT));
    const bundle = await exportTo(copy, store);
    expect(bundle.blocks.map(({ tier }) => tier)).toEqual(['raw', '10s', '1min']);
    expect(bundle).toMatchObject({ host: 'testhost', version: '1.2.3', samples: 60 });
    const elsewhere = await openBundle(copy);
    expect(await answers(elsewhere)).toEqual(await answers(store));
    expect(await elsewhere.usage()).toMatchObject({ samples: 60, hotRows: 0, brokenBlocks: 0 });
    await elsewhere.close();
    await store.close();
  });

  it('of a part of the window and of a selection holds that and nothing else', async () => {
    const store = await fillEveryTier();
    const range = { fromMs: DAY_0 + 8 * DAY_MS, untilMs: DAY_0 + 10 * DAY_MS - 1985 };
    const bundle = await exportTo(copy, store, range, NODE);
    const elsewhere = await openBundle(copy);
    const [all, selected] = [await answers(elsewhere), await answers(store, range, NODE)];
    expect([all.stacks, all.labels]).toEqual([selected.stacks, selected.labels]);
    expect((await answers(elsewhere, range)).series).toEqual(selected.series);
    expect(bundle.samples).toBe(9 + 9 + 2);
    expect((await elsewhere.usage()).processes).toBe(1);
    await elsewhere.close();
    await store.close();
  });

  it('of a window without samples has no blocks, and opens', async () => {
    const store = await fillEveryTier();
    const bundle = await exportTo(copy, store, { fromMs: 0, untilMs: 1000 });
    expect(bundle).toMatchObject({ blocks: [], samples: 0, files: {} });
    const elsewhere = await openBundle(copy);
    expect((await elsewhere.usage()).samples).toBe(0);
    await elsewhere.close();
    await store.close();
  });

  it('is removed from the data directory afterwards, and at the next start if the process was killed', async () => {
    const store = await fillEveryTier();
    const request = { range: EVER, selector: [], query: '', version: '' };
    const first = await store.exportBundle(request);
    await expect(store.exportBundle(request)).rejects.toMatchObject({ kind: 'busy' });
    await first.remove();
    expect(existsSync(first.path)).toBe(false);
    const left = await store.exportBundle(request);
    await store.close();
    expect(existsSync(left.path)).toBe(true);
    const again = await openAt(dataDir);
    expect(existsSync(join(dataDir, 'exports'))).toBe(false);
    await again.close();
  });

  it('is made of a directory that is only read, and of a bundle, without changing either', async () => {
    await (await fillEveryTier()).close();
    const files = await readdir(dataDir, { recursive: true });
    const reading = await openAt(dataDir, true);
    await exportTo(copy, reading);
    await reading.close();
    expect(await readdir(dataDir, { recursive: true })).toEqual(files);
    const bundled = await openBundle(copy);
    const second = join(root, 'second');
    await exportTo(second, bundled);
    const elsewhere = await openBundle(second);
    expect(await answers(elsewhere)).toEqual(await answers(bundled));
    await elsewhere.close();
    await bundled.close();
  });
});

describe('a bundle that is opened', () => {
  it('is not changed, and may lie where nothing can be written', async () => {
    const store = await fillEveryTier();
    await exportTo(copy, store);
    const before = await readdir(copy, { recursive: true });
    for (const path of ['', ...before]) await chmod(join(copy, path), path.includes('.') ? 0o444 : 0o555);
    const elsewhere = await openBundle(copy);
    expect(await answers(elsewhere)).toEqual(await answers(store));
    await expect(elsewhere.pin(EVER, '')).rejects.toThrow(/reading only/);
    await elsewhere.close();
    expect(await readdir(copy, { recursive: true })).toEqual(before);
    for (const path of ['', ...before]) await chmod(join(copy, path), 0o755);
    await store.close();
  });

  it('is not taken for a data directory', async () => {
    const store = await fillEveryTier();
    await exportTo(copy, store);
    await store.close();
    await expect(openAt(copy)).rejects.toThrow(/is a bundle, which is only read/);
    expect(existsSync(join(copy, 'hot.duckdb'))).toBe(false);
  });

  it('serves the rest where a block is damaged, and says which', async () => {
    const store = await fillEveryTier();
    const bundle = await exportTo(copy, store);
    await store.close();
    const [raw, tens] = bundle.blocks;
    const file = join(copy, 'blocks', raw!.id, 'samples.parquet');
    await flipBit(file, await readFile(file));
    await rm(join(copy, 'blocks', tens!.id), { recursive: true });
    const tell = vi.fn();
    const elsewhere = await openBundle(copy, tell);
    expect(tell.mock.calls.flat()).toEqual([
      expect.stringMatching(`block ${raw!.id} is set aside: samples.parquet was changed or damaged`),
      expect.stringMatching(`block ${tens!.id} is set aside: manifest.json cannot be read`),
    ]);
    expect(await elsewhere.usage()).toMatchObject({ samples: 15, brokenBlocks: 2 });
    expect((await elsewhere.stacks([], EVER)).count.reduce((a, b) => a + b, 0)).toBe(15);
    await elsewhere.close();
  });

  it('says what is wrong with its bundle.json', async () => {
    const store = await fillEveryTier();
    const bundle = await exportTo(copy, store);
    await store.close();
    const path = join(copy, 'bundle.json');
    await writeFile(path, JSON.stringify({ ...bundle, format: 99 }));
    await expect(openBundle(copy)).rejects.toThrow(/has format 99, this build knows 1/);
    await writeFile(path, JSON.stringify({ ...bundle, blocks: [{ id: '../../etc' }] }));
    await expect(openBundle(copy)).rejects.toThrow(/malformed at blocks\.0\.id/);
    await writeFile(path, '{');
    await expect(openBundle(copy)).rejects.toThrow(/bundle\.json is not JSON/);
  });
});

describe('importing a bundle', () => {
  const other = () => join(root, 'other');

  it('adds its samples to those that are there, and leaves out what came already', async () => {
    const store = await fillEveryTier();
    await exportTo(copy, store);
    const target = await openAt(other());
    const batch = textBatch(TEXT, { timeMs: DAY_0 + 5000 });
    await target.append(batch, ledgerOf(6), textSymbols(TEXT));
    const bundle = await verifyBundle(copy);
    const imported = await target.importBundle(copy, bundle);
    expect(imported.map(({ skipped }) => skipped)).toEqual(['', '', '']);
    expect((await target.usage()).samples).toBe(66);
    // New samples of known stacks go on being stored.
    await target.append(textBatch(OTHER, { timeMs: DAY_0 + 9000 }), ledgerOf(15), textSymbols(OTHER));
    expect((await target.usage()).samples).toBe(75);
    const again = await target.importBundle(copy, bundle);
    expect(again.map(({ skipped }) => skipped)).toEqual(Array(3).fill('it is there already'));
    const second = join(root, 'second');
    await exportTo(second, store, { fromMs: 0, untilMs: DAY_0 + DAY_MS });
    const [sameTime] = await target.importBundle(second, await verifyBundle(second));
    expect(sameTime!.skipped).toMatch(/has samples of the same store and time, which would count twice/);
    expect((await target.usage()).samples).toBe(75);
    await Promise.all([target.close(), store.close()]);
    const reopened = await openAt(other());
    expect((await reopened.usage()).samples).toBe(75);
    await reopened.close();
  });

  it('into the store that it came from takes nothing twice', async () => {
    const store = await fillEveryTier();
    await exportTo(copy, store);
    const before = await answers(store);
    const imported = await store.importBundle(copy, await verifyBundle(copy));
    expect(imported.every(({ skipped }) => skipped !== '')).toBe(true);
    expect(await answers(store)).toEqual(before);
    await maintainAll(store, DAY_0 + 10 * DAY_MS, KEEP_ALL);
    expect(await answers(store)).toEqual(before);
    await store.close();
  });

  it('is refused as a whole where any file is damaged', async () => {
    const store = await fillEveryTier();
    const bundle = await exportTo(copy, store);
    await store.close();
    await truncate(join(copy, 'blocks', bundle.blocks[2]!.id, 'frames.parquet'), 100);
    await expect(verifyBundle(copy)).rejects.toThrow(
      /is damaged, and nothing of it was taken: block .*frames\.parquet has 100 bytes/,
    );
  });
});
