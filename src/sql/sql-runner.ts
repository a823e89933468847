// Statements of users, from their text to a file with the answer.
import type { FileHandle } from 'node:fs/promises';
import { mkdir, mkdtemp, open, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProfileStore } from '../store/profile-store.ts';
import type { StoreSnapshot } from '../store/snapshot.ts';
import { reasonOf, StoreError } from '../store/store-error.ts';
import type { SqlFormat, SqlLimits } from './limits.ts';
import { SQL_LIMITS } from './limits.ts';
import { runStatement } from './run-statement.ts';
import { SharedSnapshot } from './shared-snapshot.ts';
import { SqlError } from './sql-error.ts';
import type { ResultFacts } from './statement-job.ts';
import { RESULT_FILE } from './statement-job.ts';
import { Turns } from './turns.ts';

export interface SqlRequest {
  sql: string;
  format: SqlFormat;
  /** Rows of the answer at most. */
  maxRows: number;
}

export interface SqlResult extends ResultFacts {
  format: SqlFormat;
  /** When what was read had been stored, ms since the epoch. */
  takenMs: number;
  bytes: number;
  /** The answer, open for reading, and in no folder any more: to be closed by whoever takes it. */
  file: FileHandle;
}

export interface SqlRunnerOptions {
  store: Pick<ProfileStore, 'snapshot'>;
  /**
   * For copies of the store, what DuckDB moves out of memory, and answers. Ours alone: what is in it is deleted. On the
   * disk of the data directory.
   */
  directory: string;
  limits?: Partial<SqlLimits>;
}

export class SqlRunner {
  readonly #directory: string;
  readonly #limits: SqlLimits;
  readonly #turns: Turns;
  readonly #snapshots: SharedSnapshot;
  readonly #closing = new AbortController();
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #cleared: Promise<void>;

  /** What a run that was killed has left behind is deleted; the folder is made when a statement comes. */
  constructor({ store, directory, limits = {} }: SqlRunnerOptions) {
    this.#directory = directory;
    this.#limits = { ...SQL_LIMITS, ...limits };
    this.#turns = new Turns(this.#limits);
    this.#snapshots = new SharedSnapshot(store, directory);
    // Where that fails, making the folder will, or does no harm.
    this.#cleared = this.#clear().catch(() => undefined);
  }

  /** Rejects with a SqlError. When the signal comes, the statement is ended and takes nothing any more. */
  async run(request: SqlRequest, signal: AbortSignal): Promise<SqlResult> {
    const either = AbortSignal.any([signal, this.#closing.signal]);
    const run = this.#turns
      .take(either, async () => {
        await this.#cleared;
        await mkdir(this.#directory, { recursive: true, mode: 0o700 });
        return this.#snapshots.use((snapshot) => this.#runOn(snapshot, request, either));
      })
      .catch((error: unknown) => Promise.reject(asSqlError(error)));
    this.#underWay.add(run);
    return run.finally(() => this.#underWay.delete(run));
  }

  /** Statements under way are ended. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#underWay);
    await this.#clear();
  }

  async #runOn(
    { database, blocks, takenMs }: StoreSnapshot,
    { sql, format, maxRows }: SqlRequest,
    signal: AbortSignal,
  ): Promise<SqlResult> {
    const { memoryBytes, resultBytes: maxBytes } = this.#limits;
    const directory = await mkdtemp(join(this.#directory, 'statement-'));
    try {
      const diskBytes = await this.#diskBytes();
      const job = {
        ...{ sql, format, maxRows, maxBytes },
        ...{ database, blocks, takenMs },
        ...{ directory, memoryBytes, diskBytes },
      };
      const { rows, truncated } = await runStatement(job, this.#limits, signal);
      const path = join(directory, RESULT_FILE);
      const { size: bytes } = await stat(path);
      return { format, takenMs, rows, truncated, bytes, file: await open(path, 'r') };
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  async #clear(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #diskBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.#directory);
    return Math.min(this.#limits.diskBytes, Math.floor((bavail * bsize) / 4));
  }
}

function asSqlError(error: unknown): SqlError {
  if (error instanceof SqlError) return error;
  if (error instanceof StoreError && error.kind === 'no-space')
    return new SqlError('no-space', error.message, { cause: error });
  return new SqlError('failed', `the statement could not be run: ${reasonOf(error)}`, { cause: error });
}
