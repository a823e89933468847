// UnwindTables: the table of an object, from the disk or compiled.
import type { OpenResult } from '../model/object-source.ts';
import type { MissReason } from '../model/frame.ts';
import { Quarantine } from '../worker/quarantine.ts';
import { Slots } from '../worker/slots.ts';
import type { JobFailure } from '../worker/worker-thread.ts';
import type { CompileFailure } from './compile-table.ts';
import { TableCache } from './table-cache.ts';
import { TableCompiler, type TableCompilerOptions } from './table-compiler.ts';
import { tableStats, type TableStats } from './table-stats.ts';
import { decodeUnwindTable } from './unwind-table.ts';

export interface UnwindTablesOptions extends TableCompilerOptions {
  /** Where tables are kept; null: nowhere. */
  cacheDir: string | null;
  maxCacheBytes?: number;
  /** Told what the file system says when a table cannot be kept, or read; the table is compiled all the same. */
  onCacheError?: (error: Error) => void;
}

export interface TableObject {
  /** Names the object's content: its build id, or a hash. */
  key: string;
  open: () => Promise<OpenResult>;
}

export type TableResult =
  | { ok: true; bytes: Uint8Array<ArrayBuffer>; stats: TableStats; cached: boolean }
  | { ok: false; reason: TableFailure };

/** `unreadable`: it was tried lately and cost the worker its life. */
export type TableFailure = CompileFailure | JobFailure | MissReason | 'unreadable';

/** Objects open at once: one being compiled, one ready for the worker. */
const MAX_OPEN = 2;

export class UnwindTables {
  private readonly compiler: TableCompiler;
  private readonly cache: TableCache | null;
  private readonly onCacheError: (error: Error) => void;
  private readonly underWay = new Map<string, Promise<TableResult>>();
  private readonly slots = new Slots(MAX_OPEN);
  private readonly quarantine = new Quarantine<string>();
  private closed = false;

  constructor(options: UnwindTablesOptions) {
    this.compiler = new TableCompiler(options);
    const { cacheDir, maxCacheBytes } = options;
    this.cache = cacheDir === null ? null : new TableCache(cacheDir, maxCacheBytes);
    this.onCacheError = options.onCacheError ?? (() => undefined);
  }

  /** Who asks while the same key is under way gets the same answer, and the same bytes. Never rejects. */
  table(object: TableObject): Promise<TableResult> {
    const { key } = object;
    const present = this.underWay.get(key);
    if (present !== undefined) return present;
    const result = this.find(object).finally(() => this.underWay.delete(key));
    this.underWay.set(key, result);
    return result;
  }

  /** Ends the worker; what is under way is answered with `closed`. */
  async close(): Promise<void> {
    this.closed = true;
    await this.compiler.close();
  }

  private async find(object: TableObject): Promise<TableResult> {
    const kept = await this.kept(object.key);
    if (kept !== null) return kept;
    if (this.quarantine.has(object.key)) return { ok: false, reason: 'unreadable' };
    const result = await this.slots.use(() => this.compile(object));
    if (result.ok) await this.keep(object.key, result.bytes);
    return result;
  }

  private async compile({ key, open }: TableObject): Promise<TableResult> {
    if (this.closed) return { ok: false, reason: 'closed' };
    const opened = await openOrMiss(open);
    if (!opened.ok) return opened;
    const reply = await this.compiler.compile(opened.fd, () => opened.close());
    if (reply.ok) return { ok: true, bytes: reply.table, stats: reply.stats, cached: false };
    if (reply.reason === 'crashed' || reply.reason === 'timeout') this.quarantine.add(key);
    return reply;
  }

  private async kept(key: string): Promise<TableResult | null> {
    try {
      const bytes = (await this.cache?.read(key)) ?? null;
      if (bytes === null) return null;
      return { ok: true, bytes, stats: tableStats(decodeUnwindTable(bytes)), cached: true };
    } catch (error) {
      this.tell(error);
      return null;
    }
  }

  private async keep(key: string, bytes: Uint8Array): Promise<void> {
    try {
      await this.cache?.write(key, bytes);
    } catch (error) {
      this.tell(error);
    }
  }

  private tell(error: unknown): void {
    this.onCacheError(error instanceof Error ? error : new Error(String(error)));
  }
}

async function openOrMiss(open: () => Promise<OpenResult>): Promise<OpenResult> {
  try {
    return await open();
  } catch {
    // Who opens for us is gone, and with it the file: a miss with a reason like any other.
    return { ok: false, reason: 'no-file' };
  }
}
