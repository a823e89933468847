// Copies of a database that is open and written: whole, of one moment, and without letting anybody else into it.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { ProfileStore } from '../../src/store/profile-store.ts';
import { executeOn, ledgerOf, openAt, temporaryDir, textBatch, withStore } from './text-profile.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BATCH = 'main  main\na     b\n700   300';

/** The samples in a copy. */
async function samplesIn(directory: string): Promise<number> {
  const [[count]] = (await executeOn(directory, 'SELECT count(*) FROM samples')) as [[bigint]];
  return Number(count);
}

async function copyOf(store: ProfileStore, dataDir: string): Promise<string> {
  const directory = await mkdtemp(join(dataDir, 'copy-'));
  expect((await store.snapshot(directory)).database).toBe(join(directory, 'hot.duckdb'));
  return directory;
}

/** What another process is told that opens the database. */
function openElsewhere(dataDir: string): string {
  const script = `
    const { DuckDBInstance } = await import('@duckdb/node-api');
    await DuckDBInstance.create(${JSON.stringify(join(dataDir, 'hot.duckdb'))}).catch(({ message }) => console.log(message));`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], { cwd: ROOT, encoding: 'utf8' })
    .stdout;
}

describe('a snapshot', () => {
  it.each([
    ['just written', 0],
    ['that was written long ago', 1e6],
  ])('of a file %s holds what was stored before it and nothing later', async (_, age) => {
    await withStore(async (store, dataDir) => {
      await store.append(textBatch(BATCH), ledgerOf(1000));
      if (age > 0) await utimes(join(dataDir, 'hot.duckdb'), age, age);
      const copy = await copyOf(store, dataDir);
      await store.append(textBatch(BATCH), ledgerOf(2000));
      expect(await samplesIn(copy)).toBe(1000);
      expect((await store.usage()).samples).toBe(2000);
    });
  });

  it('holds whole appends, however many run beside it', async () => {
    await withStore(async (store, dataDir) => {
      let stored = 0;
      let writing = true;
      const writer = (async () => {
        while (writing) await store.append(textBatch(BATCH), ledgerOf((stored += 1000)));
      })();
      const counts: number[] = [];
      for (let turn = 0; turn < 6; turn++) counts.push(await samplesIn(await copyOf(store, dataDir)));
      writing = false;
      await writer;
      expect(counts.filter((count) => count % 1000 !== 0)).toEqual([]);
      expect(counts).toEqual(counts.toSorted((a, b) => a - b));
      expect(counts.at(-1)).toBeGreaterThan(counts[0]!);
    });
  });

  it('leaves the lock on the database with its owner', async () => {
    await withStore(async (store, dataDir) => {
      await store.append(textBatch(BATCH), ledgerOf(1000));
      expect(openElsewhere(dataDir)).toMatch(/Could not set lock/);
      await copyOf(store, dataDir);
      expect(openElsewhere(dataDir)).toMatch(/Could not set lock/);
    });
  });

  it('keeps the files of blocks that are deleted meanwhile', async () => {
    await withStore(async (store, dataDir) => {
      await mkdir(join(dataDir, 'blocks/whole'), { recursive: true });
      await mkdir(join(dataDir, 'blocks/unfinished'));
      await writeFile(join(dataDir, 'blocks/whole/samples.parquet'), 'rows');
      const directory = await mkdtemp(join(dataDir, 'copy-'));
      const { blocks } = await store.snapshot(directory);
      await rm(join(dataDir, 'blocks'), { recursive: true });
      expect(await readFile(join(blocks, 'whole/samples.parquet'), 'utf8')).toBe('rows');
      expect(existsSync(join(blocks, 'unfinished/samples.parquet'))).toBe(false);
    });
  });

  it('of a store that only reads is that itself', async () => {
    const dataDir = await temporaryDir();
    await (await openAt(dataDir)).close();
    const store = await openAt(dataDir, true);
    const directory = await mkdtemp(join(dataDir, 'copy-'));
    expect(await store.snapshot(directory)).toMatchObject({
      database: join(dataDir, 'hot.duckdb'),
      blocks: join(dataDir, 'blocks'),
    });
    expect(await readdir(directory)).toEqual([]);
    await store.close();
    await rm(dataDir, { recursive: true });
  });

  it('is refused where the disk would have no room left, before anything is copied', async () => {
    const disk = await temporaryDir();
    // Needs root.
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', disk]);
    const store = await openAt(join(disk, 'data'));
    try {
      const directory = await mkdtemp(join(disk, 'copy-'));
      await expect(store.snapshot(directory)).rejects.toMatchObject({
        kind: 'no-space',
        message: expect.stringMatching(
          /^the stored samples cannot be copied for a statement: .* MB are free/,
        ) as string,
      });
      expect(await readdir(directory)).toEqual([]);
    } finally {
      await store.close();
      execFileSync('umount', [disk]);
      await rm(disk, { recursive: true });
    }
  });
});
