// A disk that fills up: nothing stored is damaged, and appends go on once there is space. Needs root (a tmpfs).
import { execFileSync } from 'node:child_process';
import { readdirSync, readlinkSync, statfsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EVER, ledgerOf, openAt, temporaryDir, textBatch } from './text-profile.ts';
import { DAY_0, HOUR_MS, KEEP_ALL, maintainAll } from './upkeep-steps.ts';

let disk: string;
beforeAll(async () => {
  disk = await temporaryDir();
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', disk]);
});
afterAll(async () => {
  execFileSync('umount', [disk]);
  await rm(disk, { recursive: true });
});

/** Descriptors this process has on files of the disk: a second instance on the same file would show here. */
function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith(disk) ? [path] : [];
    } catch {
      return [];
    }
  });
}

it('rejects appends without storing any part, and reopens when there is space again', async () => {
  const dataDir = join(disk, 'data');
  const ballast = join(disk, 'ballast');
  const store = await openAt(dataDir);
  let stored = 0;
  const append = async () => {
    await store.append(textBatch('main  main\na     b\n700   300'), ledgerOf(stored + 1000));
    stored += 1000;
  };
  const check = async () => {
    expect((await store.usage()).samples).toBe(stored);
    expect((await store.ledger('session'))[0]!.stored).toBe(stored);
  };

  await append();
  for (let round = 0; round < 3; round++) {
    await writeFile(ballast, Buffer.alloc(64 * 2 ** 20)).catch(() => undefined);
    let rejected = 0;
    for (let tries = 0; tries < 100 && rejected < 3; tries++) {
      await append().catch((error: unknown) => {
        expect(error).toMatchObject({ name: 'StoreError' });
        rejected++;
      });
    }
    expect(rejected).toBe(3);
    await rm(ballast);
    await append();
    await check();
    expect(openFiles().filter((path) => path.endsWith('hot.duckdb'))).toHaveLength(1);
  }
  await store.close();

  const again = await openAt(dataDir);
  expect((await again.usage()).samples).toBe(stored);
  await again.close();
});

it('keeps samples where they are when a block finds no room, and seals them when there is some', async () => {
  const dataDir = join(disk, 'sealing');
  const ballast = join(disk, 'ballast');
  const store = await openAt(dataDir);
  for (let hour = 0; hour < 6; hour++) {
    await store.append(
      textBatch('main  main\na     b\n7000  3000', { timeMs: DAY_0 + hour * HOUR_MS }),
      ledgerOf(0),
    );
  }
  const counts = async () => [...(await store.stacks([], EVER)).count];
  let failed = 0;
  // Less room each time: the disk is full now at the samples, now at the names, now in the database.
  for (const left of [200_000, 60_000, 30_000, 12_000, 4_000, 0]) {
    const { bavail, bsize } = statfsSync(disk);
    await writeFile(ballast, Buffer.alloc(Math.max(0, bavail * bsize - left))).catch(() => undefined);
    await maintainAll(store, DAY_0 + 7 * HOUR_MS).catch(() => failed++);
    expect(await counts()).toEqual([42_000, 18_000]);
    await rm(ballast);
  }
  expect(failed).toBeGreaterThan(0);
  await maintainAll(store, DAY_0 + 7 * HOUR_MS, KEEP_ALL);
  expect(await store.usage()).toMatchObject({ samples: 60_000, hotRows: 0, brokenBlocks: 0 });
  expect(await counts()).toEqual([42_000, 18_000]);
  expect(readdirSync(join(dataDir, 'blocks')).sort()).toEqual(
    (await store.blocks()).map(({ id }) => id).sort(),
  );
  await store.close();
});
