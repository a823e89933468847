// The folders of blocks: made whole or not at all, checked, removed.
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlockManifest } from './block-manifest.ts';
import { BLOCK_FILES, isBlockId, MANIFEST, readManifest } from './block-manifest.ts';
import { sha256OfFile, syncFile, syncFolder, writeDurably } from './durable-files.ts';
import type { Tier } from './profile-store.ts';

/** Of a folder whose block is not complete; nothing reads it. */
const UNFINISHED = '.new';

export function newBlockId(fromMs: number, tier: Tier): string {
  // A clock that is far off must not make a name that nothing accepts.
  const sane = Math.min(Math.max(fromMs, 0), Date.UTC(9999, 11, 31));
  const time = new Date(sane).toISOString().replace(/[-:]|\.\d+/g, '');
  return `${time}-${tier}-${randomBytes(4).toString('hex')}`;
}

/** `blocks`: the folder of all blocks. */
export class BlockFolder {
  readonly id: string;
  readonly path: string;
  readonly #blocks: string;

  constructor(blocks: string, id: string) {
    this.id = id;
    this.#blocks = blocks;
    this.path = join(blocks, id);
  }

  get samples(): string {
    return join(this.path, 'samples.parquet');
  }

  /** An empty folder to write into; resolves to its path. */
  async begin(): Promise<string> {
    const unfinished = this.path + UNFINISHED;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true, mode: 0o750 });
    return unfinished;
  }

  /** Adds the manifest to what was written; after it resolves, the folder is there under its name, whatever happens. */
  async finish(
    content: Omit<BlockManifest, 'files' | 'id'>,
  ): Promise<{ manifest: BlockManifest; bytes: number }> {
    const unfinished = this.path + UNFINISHED;
    const files: Record<string, { bytes: number; sha256: string }> = {};
    for (const name of BLOCK_FILES) {
      const path = join(unfinished, name);
      await syncFile(path);
      files[name] = { bytes: (await stat(path)).size, sha256: await sha256OfFile(path) };
    }
    const manifest = { ...content, id: this.id, files } as BlockManifest;
    await writeDurably(join(unfinished, MANIFEST), `${JSON.stringify(manifest, null, 1)}\n`);
    await syncFolder(unfinished);
    await rename(unfinished, this.path);
    await syncFolder(this.#blocks);
    return { manifest, bytes: await this.bytes() };
  }

  /** Of all its files. */
  async bytes(): Promise<number> {
    let bytes = 0;
    for (const name of [...BLOCK_FILES, MANIFEST]) bytes += (await stat(join(this.path, name))).size;
    return bytes;
  }

  async remove(): Promise<void> {
    for (const path of [this.path + UNFINISHED, this.path]) await rm(path, { recursive: true, force: true });
  }

  /** Why the files are not what the manifest says; '' where they are. With `content` all of it is read (some 500 MB/s). */
  async fault(content: boolean): Promise<string> {
    const read = await readManifest(this.path);
    if (!read.ok) return read.reason;
    if (read.manifest.id !== this.id) return `its manifest is that of ${read.manifest.id}`;
    for (const name of BLOCK_FILES) {
      const path = join(this.path, name);
      const { bytes, sha256 } = read.manifest.files[name];
      const size = (await stat(path).catch(() => undefined))?.size;
      if (size === undefined) return `${name} is missing`;
      if (size !== bytes) return `${name} has ${size} bytes instead of ${bytes}`;
      if (content && (await sha256OfFile(path).catch(String)) !== sha256)
        return `${name} was changed or damaged`;
    }
    return '';
  }
}

/** Folders that are there; those that were not finished when the process ended are removed. */
export async function foldersOfBlocks(blocks: string): Promise<string[]> {
  const entries = await readdir(blocks, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  for (const name of names) {
    const ours = name.endsWith(UNFINISHED) && isBlockId(name.slice(0, -UNFINISHED.length));
    if (ours) await rm(join(blocks, name), { recursive: true, force: true });
  }
  return names.filter(isBlockId).sort();
}
