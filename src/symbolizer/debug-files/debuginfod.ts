// Debuginfod: debug files from servers that the user names, kept on disk. Servers see build ids, and nothing else.
import { closeSync, constants, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { FdSource, isSystemError } from '../../binary/byte-source.ts';
import { Slots } from '../../worker/slots.ts';
import { isBuildId, type CompanionKind } from './companion-request.ts';
import { DebuginfodCache } from './debuginfod-cache.ts';
import { download, type DownloadFailure, type DownloadLimits } from './download.ts';
import { verifyCompanion, type Refusal } from './verify-companion.ts';

export interface DebuginfodOptions extends Partial<DownloadLimits> {
  /** As `parseServers` gives them; none: nothing is ever asked. */
  servers: readonly URL[];
  /** Made when first needed. */
  cacheDirectory: string;
  maxCacheBytes?: number;
  /** How long it is believed that no server has a file. */
  missTtlMs?: number;
  /** How long servers that failed are not asked for the same file again. */
  retryAfterMs?: number;
}

/** `path` may be deleted when other files come: open it at once. */
export type DebuginfodResult =
  | { ok: true; path: string }
  | { ok: false; reason: 'no-servers' | 'no-build-id' | DownloadFailure | Refusal; detail: string };

type Failed = Extract<DebuginfodResult, { ok: false }>;

const DEFAULT_LIMITS: DownloadLimits = {
  // Chromium's has 1.5 GB, the kernel's 700 MB.
  maxBytes: 2 * 2 ** 30,
  // elfutils gives a server 90 s for the first 100 KB; distributions' servers send some MB/s.
  timeoutMs: 15 * 60_000,
  idleTimeoutMs: 30_000,
  maxRedirects: 3,
};
const DEFAULT_MAX_CACHE_BYTES = 4 * 2 ** 30;
/** elfutils' `cache_miss_s` is ten minutes, for a person who waits; packages appear on servers within hours. */
const DEFAULT_MISS_TTL_MS = 6 * 60 * 60_000;
const DEFAULT_RETRY_AFTER_MS = 5 * 60_000;
/** Downloads at a time, of all files. */
const MAX_DOWNLOADS = 2;
/** Build ids whose failure is remembered in memory. */
const MAX_FAILURES = 1000;

export class Debuginfod {
  private readonly servers: readonly URL[];
  private readonly limits: DownloadLimits;
  private readonly retryAfterMs: number;
  private readonly cache: DebuginfodCache;
  private readonly slots = new Slots(MAX_DOWNLOADS);
  private readonly underWay = new Map<string, Promise<DebuginfodResult>>();
  private readonly failures = new Map<string, { untilMs: number; result: Failed }>();

  constructor(options: DebuginfodOptions) {
    const { maxCacheBytes = DEFAULT_MAX_CACHE_BYTES, missTtlMs = DEFAULT_MISS_TTL_MS } = options;
    this.servers = options.servers;
    this.retryAfterMs = options.retryAfterMs ?? DEFAULT_RETRY_AFTER_MS;
    this.cache = new DebuginfodCache(options.cacheDirectory, maxCacheBytes, missTtlMs);
    this.limits = {
      maxBytes: Math.min(options.maxBytes ?? DEFAULT_LIMITS.maxBytes, maxCacheBytes),
      timeoutMs: options.timeoutMs ?? DEFAULT_LIMITS.timeoutMs,
      idleTimeoutMs: options.idleTimeoutMs ?? DEFAULT_LIMITS.idleTimeoutMs,
      maxRedirects: options.maxRedirects ?? DEFAULT_LIMITS.maxRedirects,
    };
  }

  /** Bytes of the files kept on disk. */
  get cachedBytes(): number {
    return this.cache.bytes;
  }

  /**
   * The debug file or dwz supplement of a build id (lower-case hex), from the disk or from the first server that has
   * it. Asked by several at once, it is downloaded once. Rejects only with what the file system says.
   */
  find(buildId: string, kind: CompanionKind = 'debug-file'): Promise<DebuginfodResult> {
    if (this.servers.length === 0) return failed('no-servers', 'no server was named');
    if (!isBuildId(buildId)) return failed('no-build-id', 'the file has no build id');
    const known = this.underWay.get(buildId);
    if (known !== undefined) return known;
    const search = this.search(buildId, kind)
      .catch(diskFailure)
      .finally(() => this.underWay.delete(buildId));
    this.underWay.set(buildId, search);
    return search;
  }

  private async search(buildId: string, kind: CompanionKind): Promise<DebuginfodResult> {
    const path = await this.cache.find(buildId);
    if (path !== null) return { ok: true, path };
    if (await this.cache.isMissing(buildId)) return failed('not-there', 'no server had it lately');
    const failure = this.failures.get(buildId);
    if (failure !== undefined && failure.untilMs > Date.now()) return failure.result;
    return this.slots.use(() => this.askServers(buildId, kind));
  }

  /** A file that every server says it does not have is not asked for again soon; other failures may pass. */
  private async askServers(buildId: string, kind: CompanionKind): Promise<DebuginfodResult> {
    let worst: Failed | null = null;
    for (const server of this.servers) {
      const result = await this.askServer(server, buildId, kind);
      if (result.ok) return result;
      if (worst === null || worst.reason === 'not-there') worst = result;
    }
    const result: Failed = worst ?? { ok: false, reason: 'no-servers', detail: 'no server was named' };
    if (result.reason === 'not-there') await this.cache.addMiss(buildId);
    else this.rememberFailure(buildId, result);
    return result;
  }

  private async askServer(server: URL, buildId: string, kind: CompanionKind): Promise<DebuginfodResult> {
    const temporary = await this.cache.temporaryPath(buildId);
    try {
      const url = new URL(`buildid/${buildId}/debuginfo`, server);
      const downloaded = await download(url, temporary, this.limits);
      if (!downloaded.ok) return downloaded;
      const verdict = verifyDownload(temporary, buildId, kind);
      if (!verdict.ok)
        return { ok: false, reason: verdict.reason, detail: `${server.host} sent another file` };
      return { ok: true, path: await this.cache.add(buildId, temporary, downloaded.bytes) };
    } finally {
      await rm(temporary, { force: true });
    }
  }

  private rememberFailure(buildId: string, result: Failed): void {
    if (this.failures.size >= MAX_FAILURES) this.failures.clear();
    this.failures.set(buildId, { untilMs: Date.now() + this.retryAfterMs, result });
  }
}

function verifyDownload(
  path: string,
  buildId: string,
  kind: CompanionKind,
): ReturnType<typeof verifyCompanion> {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return verifyCompanion(new FdSource(fd), { kind, paths: [path], proof: { buildId, crc32: null } });
  } finally {
    closeSync(fd);
  }
}

/** A cache that cannot be written is a reason too; anything else is a fault of ours. */
function diskFailure(error: unknown): Failed {
  if (isSystemError(error)) return { ok: false, reason: 'disk', detail: error.message };
  throw error;
}

function failed(reason: Failed['reason'], detail: string): Promise<Failed> {
  return Promise.resolve({ ok: false, reason, detail });
}
