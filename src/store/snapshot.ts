// A copy of the stored samples that another process can open: while the daemon runs, DuckDB lets no other into its file.
import { execFile } from 'node:child_process';
import { link, mkdir, readdir, stat, statfs } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { BlockFile } from './block-manifest.ts';
import type { DataDir } from './data-dir.ts';
import { fileBytes } from './data-dir.ts';
import type { HotDatabase } from './hot-database.ts';
import { reasonOf, StoreError } from './store-error.ts';

/** What was stored at one moment, in files that nobody writes. */
export interface StoreSnapshot {
  /** A DuckDB database with its log beside it. */
  database: string;
  /** Folder of blocks, each a folder with samples.parquet and stacks.parquet: those that the database calls live are there. */
  blocks: string;
  /** When it was taken, ms since the epoch: what was stored before is in it. */
  takenMs: number;
}

/** What is read of a block (`sealedSql`): all else that its samples refer to is in the database. */
const READ_FILES: readonly BlockFile[] = ['samples.parquet', 'stacks.parquet'];

/** Left free on the disk, bytes: some minutes of what a busy host stores. */
const RESERVE_BYTES = 256 * 2 ** 20;

/**
 * A file whose time of change is younger than this may change again without that being seen: file systems stamp with a
 * clock that ticks every 1 to 10 ms.
 */
const SETTLED_MS = 1000;

/**
 * Copies the database into `directory`, which must be on the disk of the data directory: where that can share blocks
 * (Btrfs, XFS) it costs nothing.
 *
 * The large file changes at checkpoints only, so it is copied while appends go on; what is copied in a turn of theirs is
 * the log (at most 16 MiB), and the file again if it changed meanwhile.
 */
export async function takeSnapshot(database: HotDatabase, directory: string): Promise<StoreSnapshot> {
  const { dir } = database;
  const copy = join(directory, basename(dir.database));
  try {
    await checkSpace(directory, (await fileBytes(dir.database)) + (await fileBytes(dir.wal)));
    const stamp = await settledStamp(dir.database);
    if (stamp !== undefined) await copyFile(dir.database, copy);
    return await database.betweenWrites(async () => {
      if (stamp === undefined || stamp !== (await stampOf(dir.database))) await copyFile(dir.database, copy);
      if ((await fileBytes(dir.wal)) > 0) await copyFile(dir.wal, `${copy}.wal`);
      const blocks = join(directory, 'blocks');
      await linkBlocks(dir.blocks, blocks);
      return { database: copy, blocks, takenMs: Date.now() };
    });
  } catch (error) {
    throw error instanceof StoreError ? error : copyError(error);
  }
}

/** What a store that nobody writes is by itself. */
export function snapshotInPlace({ database, blocks }: DataDir): StoreSnapshot {
  return { database, blocks, takenMs: Date.now() };
}

/** Undefined where the file changed just now. */
async function settledStamp(path: string): Promise<string | undefined> {
  const { mtimeMs } = await stat(path);
  return Date.now() - mtimeMs > SETTLED_MS ? stampOf(path) : undefined;
}

async function stampOf(path: string): Promise<string> {
  const { ino, size, mtimeNs } = await stat(path, { bigint: true });
  return `${ino} ${size} ${mtimeNs}`;
}

/**
 * By a process of its own: one that closes any descriptor of a file loses its POSIX locks on it (fcntl(2)), and such a
 * lock is what keeps others from the daemon's database.
 */
async function copyFile(from: string, to: string): Promise<void> {
  await promisify(execFile)('/bin/cp', ['--reflink=auto', '--', from, to]);
}

/** Blocks never change; as long as a link to one is there, deleting it takes nothing from who reads. */
async function linkBlocks(from: string, to: string): Promise<void> {
  await mkdir(to);
  for (const id of await readdir(from).catch(unlessMissing<string[]>([]))) {
    await mkdir(join(to, id));
    // What has no samples (yet, or any more) is no block that the database calls live.
    for (const name of READ_FILES) {
      await link(join(from, id, name), join(to, id, name)).catch(unlessMissing(undefined));
    }
  }
}

function unlessMissing<T>(otherwise: T): (error: unknown) => T {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return otherwise;
    throw error;
  };
}

async function checkSpace(directory: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  if (bavail * bsize >= bytes + RESERVE_BYTES) return;
  throw new StoreError(
    'no-space',
    `the stored samples cannot be copied for a statement: that takes ${toMb(bytes)} MB, and ${toMb(bavail * bsize)} MB ` +
      `are free of which ${toMb(RESERVE_BYTES)} MB stay so; free some on the disk of the data directory`,
  );
}

function toMb(bytes: number): number {
  return Math.round(bytes / 1e6);
}

function copyError(error: unknown): StoreError {
  const reason = reasonOf(error);
  const said = (error as { stderr?: string }).stderr?.trim() ?? '';
  const full = /No space left on device|Disk quota exceeded/i.test(said);
  return new StoreError(
    full ? 'no-space' : 'failed',
    `the stored samples cannot be copied for a statement: ${said === '' ? reason : reasonOf(said)}`,
    error,
  );
}
