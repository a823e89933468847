// DebuginfodCache: downloaded debug files on disk by build id, and which build ids no server has.
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isBuildId } from './companion-request.ts';

const FILE_SUFFIX = '.debug';
/** An empty file: no server had it at its time of change. */
const MISS_SUFFIX = '.none';
/** What was being written when a process ended; those of processes that write still are younger. */
const TEMPORARY = /\.tmp-\d+-\d+$/;
const STALE_TEMPORARY_MS = 60 * 60_000;
/** Misses cost an inode each: the oldest beyond so many are forgotten. */
const MAX_MISSES = 10_000;

let temporaries = 0;

export class DebuginfodCache {
  private readonly directory: string;
  private readonly maxBytes: number;
  private readonly missTtlMs: number;
  /** Sizes by build id, least recently used first. */
  private readonly sizes = new Map<string, number>();
  /** Times of the misses by build id, oldest first. */
  private readonly misses = new Map<string, number>();
  private total = 0;
  private loading: Promise<void> | undefined;

  constructor(directory: string, maxBytes: number, missTtlMs: number) {
    this.directory = directory;
    this.maxBytes = maxBytes;
    this.missTtlMs = missTtlMs;
  }

  get bytes(): number {
    return this.total;
  }

  /** Path of the file, null where there is none. It may be deleted when others come: open it at once. */
  async find(buildId: string): Promise<string | null> {
    await this.load();
    const bytes = this.sizes.get(buildId);
    if (bytes === undefined) return null;
    this.remember(buildId, bytes);
    const now = new Date();
    try {
      // The time of change is the time of use: that of access is not kept on every file system.
      await utimes(this.pathOf(buildId), now, now);
    } catch {
      // Deleted by somebody else, or a directory that may only be read.
      if ((await fileSize(this.pathOf(buildId))) === null) {
        this.forget(buildId);
        return null;
      }
    }
    return this.pathOf(buildId);
  }

  /** Whether it was found lately that no server has it. */
  async isMissing(buildId: string): Promise<boolean> {
    await this.load();
    const since = this.misses.get(buildId);
    return since !== undefined && Date.now() - since < this.missTtlMs;
  }

  async addMiss(buildId: string): Promise<void> {
    await this.load();
    this.misses.delete(buildId);
    this.misses.set(buildId, Date.now());
    await writeFile(join(this.directory, buildId + MISS_SUFFIX), '');
    await this.evictMisses();
  }

  /** Where a download may be written; in the same folder, so that `add` is a renaming. */
  async temporaryPath(buildId: string): Promise<string> {
    await this.load();
    return `${this.pathOf(buildId)}.tmp-${process.pid}-${++temporaries}`;
  }

  /** Takes over a complete and verified file, and gives its path. Half-written ones never have that name. */
  async add(buildId: string, temporary: string, bytes: number): Promise<string> {
    await rename(temporary, this.pathOf(buildId));
    this.misses.delete(buildId);
    await rm(join(this.directory, buildId + MISS_SUFFIX), { force: true });
    this.remember(buildId, bytes);
    await this.evict(buildId);
    return this.pathOf(buildId);
  }

  private pathOf(buildId: string): string {
    if (!isBuildId(buildId)) throw new RangeError(`${buildId} is not a build id`);
    return join(this.directory, buildId + FILE_SUFFIX);
  }

  private load(): Promise<void> {
    this.loading ??= this.readDirectory();
    return this.loading;
  }

  private async readDirectory(): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const entries: { name: string; size: number; mtimeMs: number }[] = [];
    for (const name of await readdir(this.directory)) {
      const status = await stat(join(this.directory, name)).catch(() => null);
      if (status?.isFile() === true) entries.push({ name, size: status.size, mtimeMs: status.mtimeMs });
    }
    entries.sort((a, b) => a.mtimeMs - b.mtimeMs);
    for (const { name, size, mtimeMs } of entries) {
      if (TEMPORARY.test(name) && Date.now() - mtimeMs > STALE_TEMPORARY_MS) {
        await rm(join(this.directory, name), { force: true });
      }
      const [, buildId = '', suffix] = /^([0-9a-f]+)(\.\w+)$/.exec(name) ?? [];
      if (!isBuildId(buildId)) continue;
      if (suffix === FILE_SUFFIX) this.remember(buildId, size);
      if (suffix === MISS_SUFFIX) this.misses.set(buildId, mtimeMs);
    }
    await this.evict('');
    await this.evictMisses();
  }

  private remember(buildId: string, bytes: number): void {
    this.forget(buildId);
    this.sizes.set(buildId, bytes);
    this.total += bytes;
  }

  private forget(buildId: string): void {
    this.total -= this.sizes.get(buildId) ?? 0;
    this.sizes.delete(buildId);
  }

  /** What was not used the longest goes, but not what has just come. */
  private async evict(kept: string): Promise<void> {
    for (const buildId of [...this.sizes.keys()]) {
      if (this.total <= this.maxBytes) return;
      if (buildId === kept) continue;
      this.forget(buildId);
      await rm(this.pathOf(buildId), { force: true });
    }
  }

  private async evictMisses(): Promise<void> {
    for (const [buildId, since] of [...this.misses]) {
      if (this.misses.size <= MAX_MISSES && Date.now() - since < this.missTtlMs) return;
      this.misses.delete(buildId);
      await rm(join(this.directory, buildId + MISS_SUFFIX), { force: true });
    }
  }
}

async function fileSize(path: string): Promise<number | null> {
  const status = await stat(path).catch(() => null);
  return status?.size ?? null;
}
