// The blocks of a bundle taken into a store: copied whole, then served with its own.
import { copyFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bundle } from '../model/bundle.ts';
import { adoptBlock } from './block-adoption.ts';
import { BlockFolder } from './block-folder.ts';
import { BLOCK_FILES, MANIFEST, readManifest } from './block-manifest.ts';
import type { BlockSet } from './block-set.ts';
import type { StoredBlock } from './block-table.ts';
import { overlap } from './block-table.ts';
import { syncFile, syncFolder } from './durable-files.ts';
import type { HotDatabase } from './hot-database.ts';
import { reasonOf, StoreError } from './store-error.ts';

export interface ImportedBlock {
  id: string;
  samples: number;
  /** Why it was left out; '' where it was taken in. */
  skipped: string;
}

/** The bundle has been verified. All of its blocks are copied before the first is taken in. */
export async function importBundle(
  database: HotDatabase,
  blocks: BlockSet,
  path: string,
  bundle: Bundle,
): Promise<ImportedBlock[]> {
  const there = await blocks.list();
  const results: ImportedBlock[] = [];
  for (const { id, samples } of bundle.blocks) {
    const skipped = await whyNot(blocks, there, new BlockFolder(join(path, 'blocks'), id));
    results.push({ id, samples, skipped });
  }
  const wanted = results.filter(({ skipped }) => skipped === '').map(({ id }) => blocks.folder(id));
  await copyAll(wanted, join(path, 'blocks'), database.dir.blocks);
  for (const folder of wanted) {
    const refused = (await folder.fault(true)) || (await adoptBlock(database, folder).catch(reasonOf));
    if (refused === '') continue;
    await folder.remove();
    results.find(({ id }) => id === folder.id)!.skipped = refused;
  }
  return results;
}

/** Two bundles may be of the same samples, cut differently: a block of a time that is there already is left out. */
async function whyNot(blocks: BlockSet, there: readonly StoredBlock[], folder: BlockFolder): Promise<string> {
  if (there.some(({ id }) => id === folder.id)) return 'it is there already';
  const read = await readManifest(folder.path);
  if (!read.ok) return read.reason;
  for (const block of there) {
    if (block.state !== 'live' || !overlap(block, read.manifest)) continue;
    const other = await readManifest(blocks.folder(block.id).path);
    if (!other.ok || other.manifest.store !== read.manifest.store) continue;
    return `block ${block.id} has samples of the same store and time, which would count twice`;
  }
  return '';
}

/** All or none: where a copy fails, those before it are removed. */
async function copyAll(wanted: readonly BlockFolder[], from: string, to: string): Promise<void> {
  try {
    for (const folder of wanted) {
      const unfinished = await folder.begin();
      for (const name of [...BLOCK_FILES, MANIFEST]) {
        await copyFile(join(from, folder.id, name), join(unfinished, name));
        await syncFile(join(unfinished, name));
      }
      await syncFolder(unfinished);
      await rename(unfinished, folder.path);
    }
    if (wanted.length > 0) await syncFolder(to);
  } catch (error) {
    for (const folder of wanted) await folder.remove();
    const full = (error as NodeJS.ErrnoException).code === 'ENOSPC';
    throw new StoreError(
      full ? 'no-space' : 'failed',
      `the bundle was not imported: ${full ? 'no space left on the disk of the data directory' : reasonOf(error)}`,
      error,
    );
  }
}
