// A disk that fills up: nothing stored is damaged, and appends go on once there is space. Needs root (a tmpfs).
import { execFileSync } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ledgerOf, openAt, temporaryDir, textBatch } from './text-profile.ts';

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
