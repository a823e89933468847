// A copy of the database before a newer Pilotlight changes it.
import { constants } from 'node:fs';
import { copyFile, mkdir, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataDir } from './data-dir.ts';
import { fileBytes } from './data-dir.ts';
import { syncFile, syncFolder } from './durable-files.ts';
import { StoreError } from './store-error.ts';

/** Left free beside the copy: taking over writes, too. */
const SPARE_BYTES = 64 * 2 ** 20;

/**
 * Copies the database and its log into DATA_DIR/backup-vVERSION-TIME, and resolves to that path. No instance may have the
 * database open. Nothing ever removes a backup. Rejects with kind 'no-space' before anything is written.
 */
export async function backUp(dir: DataDir, version: number): Promise<string> {
  const bytes = (await fileBytes(dir.database)) + (await fileBytes(dir.wal));
  await requireSpace(dir.path, bytes);
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const backup = join(dir.path, `backup-v${version}-${time}`);
  const unfinished = `${backup}.new`;
  try {
    await mkdir(unfinished, { mode: 0o750 });
    for (const file of [dir.database, dir.wal]) await copyIfThere(file, unfinished);
    await syncFolder(unfinished);
    await rename(unfinished, backup);
    await syncFolder(dir.path);
    return backup;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
}

async function copyIfThere(file: string, into: string): Promise<void> {
  const copy = join(into, file.slice(file.lastIndexOf('/') + 1));
  try {
    // Shares the blocks of the disk where the file system can.
    await copyFile(file, copy, constants.COPYFILE_FICLONE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  await syncFile(copy);
}

async function requireSpace(path: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(path);
  const free = bavail * bsize;
  if (free >= bytes + SPARE_BYTES) return;
  const mib = (n: number) => `${Math.ceil(n / 2 ** 20)} MiB`;
  throw new StoreError(
    'no-space',
    `${path} holds data of an older format, which is copied before it is taken over: that needs ${mib(bytes + SPARE_BYTES)}, ` +
      `and ${mib(free)} are free; nothing was changed: free some space and start again`,
  );
}
