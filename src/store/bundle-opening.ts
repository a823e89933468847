// A bundle opened where it lies: nothing in its folder changes. What a store keeps in its database, the definitions and
// the list of blocks, is loaded from the blocks into one among the system's temporary files.
import { rmSync } from 'node:fs';
import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bundle, BundleBlock } from '../model/bundle.ts';
import { adoptBlock } from './block-adoption.ts';
import { BlockFolder } from './block-folder.ts';
import { BLOCK_FORMAT } from './block-manifest.ts';
import { markBroken, publishBlock } from './block-table.ts';
import type { DataDir } from './data-dir.ts';
import type { DatabaseOptions } from './hot-database.ts';
import { HotDatabase } from './hot-database.ts';
import { reasonOf } from './store-error.ts';

/** Resolves to a database that can only be read; closing it removes the temporary files. */
export async function openBundleDatabase(options: DatabaseOptions, bundle: Bundle): Promise<HotDatabase> {
  const dir = await temporaryDatabase(options.dataDir);
  try {
    const filling = await HotDatabase.open(
      { ...options, readOnly: false },
      { ...dir, release: () => undefined },
    );
    try {
      for (const block of bundle.blocks) await loadBlock(filling, block, options.tell);
    } finally {
      await filling.close();
    }
    return await HotDatabase.open({ ...options, readOnly: true }, dir);
  } catch (error) {
    dir.release();
    throw error;
  }
}

/** `path` is the temporary folder's; only `blocks` is in the bundle. */
async function temporaryDatabase(bundle: string): Promise<DataDir> {
  const real = await realpath(bundle);
  const path = await mkdtemp(join(await realpath(tmpdir()), 'pilotlight-bundle-'));
  const remove = () => rmSync(path, { recursive: true, force: true });
  process.once('exit', remove);
  const database = join(path, 'hot.duckdb');
  return {
    path,
    database,
    wal: `${database}.wal`,
    temp: join(path, 'temp'),
    blocks: join(real, 'blocks'),
    exports: join(path, 'exports'),
    release: () => {
      process.off('exit', remove);
      remove();
    },
  };
}

/** A block that cannot be read is listed as broken, as in a data directory. */
async function loadBlock(
  database: HotDatabase,
  block: BundleBlock,
  tell: DatabaseOptions['tell'],
): Promise<void> {
  const folder = new BlockFolder(database.dir.blocks, block.id);
  const fault = (await folder.fault(true)) || (await adoptBlock(database, folder).catch(reasonOf));
  if (fault === '') return;
  tell(`block ${block.id} is set aside: ${fault}; its samples are missing from every answer`);
  await database.write(async (statements) => {
    await publishBlock(statements, { ...block, format: BLOCK_FORMAT }, block.bytes);
    await markBroken(statements, block.id, fault);
  });
}
