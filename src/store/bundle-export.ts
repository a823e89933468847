// Bundles that are made to be sent away: written to a folder of their own, one at a time, and removed afterwards.
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Bundle } from '../model/bundle.ts';
import type { BlockSet } from './block-set.ts';
import type { StoredBlock } from './block-table.ts';
import { overlap } from './block-table.ts';
import type { BundleRequest } from './bundle-writer.ts';
import { writeBundle } from './bundle-writer.ts';
import { fileBytes } from './data-dir.ts';
import type { HotDatabase } from './hot-database.ts';
import { reasonOf, StoreError } from './store-error.ts';

/** A bundle on this disk, for whoever asked for it alone. */
export interface ExportedBundle {
  /** The folder that holds bundle.json. */
  path: string;
  bundle: Bundle;
  /** Until then no other bundle is made. */
  remove(): Promise<void>;
}

/** Left free on the disk of the data directory: sampling goes on meanwhile. */
const SPARE_BYTES = 64 * 2 ** 20;

export class BundleExports {
  readonly #database: HotDatabase;
  readonly #blocks: BlockSet;
  readonly #host: string;
  #busy = false;

  /** `host`: value of the label. */
  constructor(database: HotDatabase, blocks: BlockSet, host: string) {
    this.#database = database;
    this.#blocks = blocks;
    this.#host = host;
  }

  /** Also what a process that was killed left behind. */
  async clear(): Promise<void> {
    await rm(this.#database.dir.exports, { recursive: true, force: true });
  }

  /** Rejects with kind 'busy' while another is written or sent, with 'no-space' where the disk has no room for it. */
  async make(request: BundleRequest): Promise<ExportedBundle> {
    if (this.#busy) {
      throw new StoreError('busy', 'another bundle is being made; try again when it is complete');
    }
    this.#busy = true;
    const path = join(this.#database.dir.exports, randomBytes(8).toString('hex'));
    // Whoever looks at a directory that is only read may end by a signal, and no later start cleans up.
    const onExit = () => rmSync(this.#database.dir.exports, { recursive: true, force: true });
    process.once('exit', onExit);
    let removed = false;
    const remove = async () => {
      if (removed) return;
      removed = true;
      process.off('exit', onExit);
      await this.clear();
      this.#busy = false;
    };
    try {
      await this.#requireSpace(request);
      return { path, bundle: await this.#write(path, request), remove };
    } catch (error) {
      await remove();
      throw error instanceof StoreError ? error : exportError(path, error);
    }
  }

  #write(path: string, request: BundleRequest): Promise<Bundle> {
    return this.#blocks.readForUpkeep(request.range, async (connection, blocks) => {
      // Begun anew where a block turned out to be broken.
      await rm(path, { recursive: true, force: true });
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await mkdir(path, { mode: 0o700 });
      const sealed = blocks.map(this.#blocks.sealed);
      return writeBundle(connection, path, { ...request, host: this.#host, blocks: sealed });
    });
  }

  /** As much as all blocks of the window and the database take: what is written is part of them. */
  async #requireSpace({ range }: BundleRequest): Promise<void> {
    const { dir } = this.#database;
    const blocks: StoredBlock[] = (await this.#blocks.list()).filter((block) => overlap(block, range));
    const sealed = blocks.reduce((sum, { bytes }) => sum + bytes, 0);
    const needed = sealed + (await fileBytes(dir.database)) + (await fileBytes(dir.wal));
    const { bavail, bsize } = await statfs(dirname(dir.exports));
    const free = bavail * bsize;
    if (free >= needed + SPARE_BYTES) return;
    throw new StoreError(
      'no-space',
      `a bundle of this window may take ${megabytes(needed)}, and ${dirname(dir.exports)} has ${megabytes(free)} free; ` +
        'ask for a shorter window, or free some space',
    );
  }
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}

function exportError(path: string, error: unknown): StoreError {
  const reason = reasonOf(error);
  if (/No space left on device|ENOSPC|Disk quota exceeded/i.test(reason)) {
    return new StoreError('no-space', `the disk of ${dirname(path)} is full: no bundle was made`, error);
  }
  return new StoreError('failed', `no bundle was made: ${reason}`, error);
}
