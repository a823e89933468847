// What a data directory takes on disk: everything in it.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of all files below the folder. */
export function dataBytes(folder: string): number {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
