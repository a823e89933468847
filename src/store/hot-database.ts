// One DuckDB instance on DATA_DIR/hot.duckdb: a connection that writes, connections that read, and a new instance
// when the old one has failed. Of other files it may read and write those under DATA_DIR/blocks
// and DATA_DIR/exports.
import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';
import { backUp } from './backup.ts';
import type { DataDir } from './data-dir.ts';
import { claimDataDir, fileBytes, newerVersion, writeVersion } from './data-dir.ts';
import { ReadGate } from './read-gate.ts';
import {
  createSchema,
  readSchemaVersion,
  SCHEMA_VERSION,
  tablesBesideOlder,
  viewsOverOlder,
} from './schema.ts';
import { globText, sqlText } from './sql-text.ts';
import { Statements } from './statements.ts';
import { openError, StoreError, writeError } from './store-error.ts';

export interface DatabaseOptions {
  dataDir: string;
  memoryLimitBytes: number;
  readOnly: boolean;
  /** Takes a line for the log. */
  tell: (line: string) => void;
}

/**
 * The log is folded into the file beyond this: about half an hour of a busy two-CPU host, replayed in well under a
 * second after a crash. DuckDB's own trigger is off: it runs inside COMMIT, where a full disk would report a commit
 * that did happen as failed.
 */
const CHECKPOINT_WAL_BYTES = 16 * 1024 * 1024;

/**
 * One thread. A second one is woken for every small statement of an append, finds nothing to do and spins, which was a
 * third of what appending cost; and reading windows of 25,000 to 330,000 samples took a fifth more time and a third more
 * CPU time with two than with one (the page that asks keeps the other CPU busy).
 */
const THREADS = '1';

export class HotDatabase {
  readonly dir: DataDir;
  readonly #options: DatabaseOptions;
  readonly #gate = new ReadGate();
  #instance: DuckDBInstance | undefined;
  #writer: Statements | undefined;
  /** What upkeep reads with. */
  #upkeep: DuckDBConnection | undefined;
  /** Writes run one after the other. */
  #writes: Promise<unknown> = Promise.resolve();
  /** Set by a failed write: DuckDB may have invalidated the instance (it does when the disk is full). */
  #suspect = false;
  /** What makes an older database, opened for reading only, read like one of this version. */
  #olderViews = '';
  #closed = false;

  private constructor(dir: DataDir, options: DatabaseOptions) {
    this.dir = dir;
    this.#options = options;
  }

  /** `claimed`: where the database is, if that is not the data directory. */
  static async open(options: DatabaseOptions, claimed?: DataDir): Promise<HotDatabase> {
    const dir = claimed ?? (await claimDataDir(options.dataDir, options.readOnly));
    const database = new HotDatabase(dir, options);
    try {
      await database.#openInstance();
      if (!options.readOnly) await writeVersion(dir);
      return database;
    } catch (error) {
      database.#closeInstance();
      dir.release();
      throw error;
    }
  }

  /** Runs the work on a connection of its own, in one transaction: all it reads is of one moment. */
  read<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    return this.#gate.shared(() => this.#readNow(work));
  }

  /** The same for work that takes seconds: one at a time, beside those who ask. */
  readForUpkeep<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const tracked = async (connection: DuckDBConnection) => {
      this.#upkeep = connection;
      try {
        return await work(connection);
      } finally {
        this.#upkeep = undefined;
      }
    };
    return this.#gate.shared(() => this.#readNow(tracked), 'upkeep');
  }

  /** The statement that upkeep reads with now, if any, rejects. */
  interruptUpkeep(): void {
    this.#upkeep?.interrupt();
  }

  /** Resolves when all who read now, and may know of what is stored now, have ended. */
  readersLeft(): Promise<void> {
    return this.#gate.left();
  }
  /** Runs the work in one transaction. If it rejects, nothing of it is stored, and the next write reopens. */
  write<T>(work: (statements: Statements) => Promise<T>): Promise<T> {
    const turn = this.#writes.then(() => this.#transact(work));
    this.#writes = turn.catch(() => undefined);
    return turn;
  }

  /** Runs the work in the turn of a write, outside of any transaction: meanwhile no file of the database changes. */
  betweenWrites<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#writes.then(work);
    this.#writes = turn.catch(() => undefined);
    return turn;
  }

  /** Folds the log into the file when it has grown; a failure is left to the next write to find. */
  checkpointIfDue(): Promise<void> {
    const turn = this.#writes.then(async () => {
      if (this.#suspect || this.#writer === undefined) return;
      if ((await fileBytes(this.dir.wal)) < CHECKPOINT_WAL_BYTES) return;
      await this.#checkpoint(this.#writer.connection);
    });
    this.#writes = turn.catch(() => undefined);
    return turn;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#writes;
    await this.#gate.exclusive(async () => {
      if (this.#writer !== undefined && !this.#options.readOnly) {
        await this.#checkpoint(this.#writer.connection);
      }
      this.#closeInstance();
    });
    this.dir.release();
  }

  async #readNow<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    if (this.#closed || this.#instance === undefined) throw closedError(this.#closed);
    const connection = await this.#instance.connect();
    try {
      if (this.#olderViews !== '') await connection.run(this.#olderViews);
      await connection.run('BEGIN');
      return await work(connection);
    } finally {
      // Ends the transaction, which also drops the temporary tables of the work.
      await connection.run('ROLLBACK').catch(() => undefined);
      connection.closeSync();
    }
  }

  async #transact<T>(work: (statements: Statements) => Promise<T>): Promise<T> {
    if (this.#closed) throw closedError(true);
    if (this.#options.readOnly) throw new StoreError('unwritable', 'the store was opened for reading only');
    if (this.#suspect) await this.#reopen();
    const writer = this.#writer!;
    try {
      await writer.run('BEGIN');
      const result = await work(writer);
      await writer.run('COMMIT');
      return result;
    } catch (error) {
      this.#suspect = true;
      await writer.run('ROLLBACK').catch(() => undefined);
      throw writeError(error);
    }
  }

  /** Readers must have left: as long as a connection lives, the old instance keeps the file open and locked. */
  async #reopen(): Promise<void> {
    await this.#gate.exclusive(async () => {
      this.#closeInstance();
      await this.#openInstance();
      this.#suspect = false;
    });
  }

  async #openInstance(): Promise<void> {
    try {
      const version = await this.#connectWriter();
      if (version !== undefined && version > SCHEMA_VERSION) throw newerVersion(this.dir.path, version);
      if (!this.#options.readOnly) {
        if (version !== SCHEMA_VERSION) await this.#migrate(version);
      } else if (version !== undefined) {
        await tablesBesideOlder(this.#writer!.connection, version);
        this.#olderViews = viewsOverOlder(version);
      }
    } catch (error) {
      this.#closeInstance();
      throw error instanceof StoreError ? error : openError(this.dir.database, error);
    }
  }

  /** Resolves to the version that the database has; undefined where it is empty. */
  async #connectWriter(): Promise<number | undefined> {
    this.#instance = await DuckDBInstance.create(this.dir.database, this.#settings());
    const connection = await this.#instance.connect();
    // No setting of the instance's beginning takes a list. The second cannot be taken back, and closes the first.
    const { blocks, exports } = this.dir;
    const folders = [blocks, globText(blocks), exports, globText(exports)].map(sqlText);
    await connection.run(`SET allowed_directories = [${folders.join(', ')}]`);
    await connection.run('SET enable_external_access = false');
    this.#writer = new Statements(connection);
    return readSchemaVersion(connection);
  }

  /** What an older version wrote is copied before anything of it is changed. */
  async #migrate(from: number | undefined): Promise<void> {
    if (from !== undefined) {
      this.#closeInstance(); // the file is copied as it lies on the disk
      const backup = await backUp(this.dir, from);
      this.#options.tell(
        `${this.dir.path} holds data of format ${from} and is taken over to format ${SCHEMA_VERSION}; ` +
          `a copy of it as it was is in ${backup}, and may be deleted when all is well`,
      );
      await this.#connectWriter();
    }
    await createSchema(this.#writer!.connection, from);
  }

  #settings(): Record<string, string> {
    return {
      access_mode: this.#options.readOnly ? 'READ_ONLY' : 'READ_WRITE',
      memory_limit: `${Math.max(32, Math.floor(this.#options.memoryLimitBytes / 2 ** 20))}MiB`,
      threads: THREADS,
      temp_directory: this.dir.temp,
      preserve_insertion_order: 'false',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      wal_autocheckpoint: '1TB',
    };
  }

  async #checkpoint(connection: DuckDBConnection): Promise<void> {
    try {
      await connection.run('CHECKPOINT');
    } catch (error) {
      // A reader that holds an old version only postpones it; anything else shows at the next write.
      if (!/other .*transactions/i.test(String(error))) this.#suspect = true;
    }
  }

  #closeInstance(): void {
    this.#writer?.close();
    this.#writer?.connection.closeSync();
    this.#instance?.closeSync();
    this.#writer = undefined;
    this.#instance = undefined;
  }
}

function closedError(closed: boolean): StoreError {
  return closed
    ? new StoreError('failed', 'the store is closed')
    : new StoreError(
        'failed',
        'the database is not open: the last attempt to reopen it failed; it is tried again',
      );
}
