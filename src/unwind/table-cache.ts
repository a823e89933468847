// TableCache: compiled tables on disk, one file per object, named by what is in the object. A file is a table as it
// is: native/ reads the same files.
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BinaryFormatError } from '../binary/binary-format-error.ts';
import { decodeUnwindTable } from './unwind-table.ts';

export const CACHE_SUFFIX = '.unwind';
/** Build ids, and kinds of objects with hashes. Nothing that a path could be made of. */
const KEY = /^[0-9a-z-]{4,80}$/;
/** All that a Debian with a desktop has installed comes to 100 MB. */
const DEFAULT_MAX_BYTES = 256 << 20;
/** Left behind by a process that was killed while it wrote. */
const TEMPORARY = /\.tmp-\d+-\d+$/;

let temporaries = 0;

export class TableCache {
  private readonly directory: string;
  private readonly maxBytes: number;
  /** Sizes by key, least recently used first; read from the directory at first use. */
  private readonly sizes = new Map<string, number>();
  private loaded: Promise<void> | undefined;
  private total = 0;

  constructor(directory: string, maxBytes = DEFAULT_MAX_BYTES) {
    this.directory = directory;
    this.maxBytes = maxBytes;
  }

  /** Bytes of all files, of those that this process knows of. */
  get bytes(): number {
    return this.total;
  }

  /** The table, whole and checked; null where there is none. A file that is no table is deleted. */
  async read(key: string): Promise<Uint8Array<ArrayBuffer> | null> {
    if (!KEY.test(key)) return null;
    await (this.loaded ??= this.load());
    const path = this.pathOf(key);
    try {
      const bytes = new Uint8Array(await readFile(path));
      decodeUnwindTable(bytes);
      await this.touch(key, bytes.length);
      return bytes;
    } catch (error) {
      this.forget(key);
      if (error instanceof BinaryFormatError) await rm(path, { force: true });
      else if (!isMissing(error)) throw error;
      return null;
    }
  }

  /** Throws what the file system says. Half-written files never have a name that `read` looks for. */
  async write(key: string, table: Uint8Array): Promise<void> {
    if (!KEY.test(key) || table.length > this.maxBytes) return;
    await (this.loaded ??= this.load());
    const temporary = `${this.pathOf(key)}.tmp-${process.pid}-${++temporaries}`;
    try {
      await writeFile(temporary, table, { mode: 0o644 });
      await rename(temporary, this.pathOf(key));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    this.remember(key, table.length);
    await this.evict();
  }

  private pathOf(key: string): string {
    return join(this.directory, key + CACHE_SUFFIX);
  }

  private async load(): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    const files: { key: string; bytes: number; usedMs: number }[] = [];
    for (const name of await readdir(this.directory)) {
      const path = join(this.directory, name);
      if (TEMPORARY.test(name)) await rm(path, { force: true });
      const key = name.endsWith(CACHE_SUFFIX) ? name.slice(0, -CACHE_SUFFIX.length) : '';
      if (!KEY.test(key)) continue;
      const { size, mtimeMs } = await stat(path);
      files.push({ key, bytes: size, usedMs: mtimeMs });
    }
    files.sort((a, b) => a.usedMs - b.usedMs);
    for (const { key, bytes } of files) this.remember(key, bytes);
    await this.evict();
  }

  /** The time of change is the time of use: that of access is not kept on every file system. */
  private async touch(key: string, bytes: number): Promise<void> {
    this.remember(key, bytes);
    const now = new Date();
    // A directory that may only be read serves as well.
    await utimes(this.pathOf(key), now, now).catch(() => undefined);
  }

  private remember(key: string, bytes: number): void {
    this.forget(key);
    this.sizes.set(key, bytes);
    this.total += bytes;
  }

  private forget(key: string): void {
    this.total -= this.sizes.get(key) ?? 0;
    this.sizes.delete(key);
  }

  private async evict(): Promise<void> {
    for (const key of this.sizes.keys()) {
      if (this.total <= this.maxBytes) return;
      this.forget(key);
      await rm(this.pathOf(key), { force: true });
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'ENOENT';
}
