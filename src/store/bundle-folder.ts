// A bundle as it lies in a folder: told apart from a data directory, and checked.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bundle } from '../model/bundle.ts';
import { BUNDLE_FILE, parseBundle } from '../model/bundle.ts';
import { BlockFolder } from './block-folder.ts';
import { reasonOf, StoreError } from './store-error.ts';

/** Whether the folder is a bundle, and no data directory that something else brought one into. */
export function isBundleFolder(path: string): boolean {
  return existsSync(join(path, BUNDLE_FILE)) && !existsSync(join(path, 'hot.duckdb'));
}

/** Rejects with a StoreError where bundle.json is missing or malformed. */
export async function readBundle(path: string): Promise<Bundle> {
  const text = await readFile(join(path, BUNDLE_FILE), 'utf8').catch((error: unknown) => {
    throw new StoreError('unwritable', `the bundle ${path} cannot be read: ${reasonOf(error)}`, error);
  });
  const parsed = parseBundle(text);
  if (parsed.ok) return parsed.bundle;
  throw new StoreError('corrupt', `the bundle ${path} cannot be read: ${parsed.reason}`);
}

/** The same after all of its files were read and are what their checksums say; rejects where any is not. */
export async function verifyBundle(path: string): Promise<Bundle> {
  const bundle = await readBundle(path);
  for (const { id } of bundle.blocks) {
    const fault = await new BlockFolder(join(path, 'blocks'), id).fault(true);
    if (fault === '') continue;
    throw new StoreError(
      'corrupt',
      `the bundle ${path} is damaged, and nothing of it was taken: block ${id}: ${fault}; get another copy of it`,
    );
  }
  return bundle;
}
