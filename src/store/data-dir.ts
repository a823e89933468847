// The data directory: its version file, and the rule that one process opens it once.
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SCHEMA_VERSION } from './schema.ts';
import { reasonOf, StoreError } from './store-error.ts';

export interface DataDir {
  path: string;
  database: string;
  wal: string;
  temp: string;
  /** Folders of sealed samples; there is none before the first. */
  blocks: string;
  /** Where bundles lie while they are made and sent; elsewhere if this directory is only read. */
  exports: string;
  /** Lets this process open the directory again. */
  release(): void;
}

/**
 * Directories open in this process. POSIX locks are per process: a second DuckDB instance on the same file would
 * get the lock as well, and drop it for both when it closes.
 */
const openHere = new Set<string>();

/** Checks the version before anything is made or written, then claims the directory. */
export async function claimDataDir(path: string, readOnly: boolean): Promise<DataDir> {
  await refuseNewerVersion(path);
  if (!readOnly) await makeWritable(path);
  const real = await realpath(path).catch((error: unknown) => {
    throw unusable(path, error);
  });
  if (openHere.has(real)) {
    throw new StoreError('locked', `${path} is already open in this process; close it first`);
  }
  openHere.add(real);
  const database = join(real, 'hot.duckdb');
  return {
    path: real,
    database,
    wal: `${database}.wal`,
    temp: join(real, 'temp'),
    blocks: join(real, 'blocks'),
    exports: readOnly ? await exportsElsewhere() : join(real, 'exports'),
    release: () => openHere.delete(real),
  };
}

/** A name that nobody has; the folder is made when it is needed. */
async function exportsElsewhere(): Promise<string> {
  return join(await realpath(tmpdir()), `pilotlight-export-${randomBytes(8).toString('hex')}`);
}

/** Written last: a directory with a VERSION is one that has been opened once with success. */
export async function writeVersion(dir: DataDir): Promise<void> {
  const file = join(dir.path, 'VERSION');
  const text = `${SCHEMA_VERSION}\n`;
  if ((await readFile(file, 'utf8').catch(() => '')) === text) return;
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

/** Bytes of a file; 0 where there is none. */
export async function fileBytes(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

async function refuseNewerVersion(path: string): Promise<void> {
  const text = await readFile(join(path, 'VERSION'), 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const version = Number(text.trim());
  if (text.trim() === '' || !Number.isInteger(version)) {
    throw new StoreError(
      'corrupt',
      `${join(path, 'VERSION')} holds no version number; restore it (this build writes ${SCHEMA_VERSION}) or use another --data-dir`,
    );
  }
  if (version > SCHEMA_VERSION) {
    throw newerVersion(path, version);
  }
}

export function newerVersion(path: string, version: number): StoreError {
  return new StoreError(
    'newer-version',
    `${path} holds data of format ${version}, this build knows formats up to ${SCHEMA_VERSION}; nothing was changed: use a newer Pilotlight or another --data-dir`,
  );
}

async function makeWritable(path: string): Promise<void> {
  const probe = join(path, `.probe-${process.pid}`);
  try {
    await mkdir(path, { recursive: true, mode: 0o750 });
    await (await open(probe, 'w')).close();
    await rm(probe);
  } catch (error) {
    throw unusable(path, error);
  }
}

function unusable(path: string, error: unknown): StoreError {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC') {
    return new StoreError(
      'no-space',
      `${path} cannot be written: no space left on its disk; free some`,
      error,
    );
  }
  return new StoreError(
    'unwritable',
    `the data directory ${path} cannot be used: ${reasonOf(error)}; make it writable for this user or give another --data-dir`,
    error,
  );
}
