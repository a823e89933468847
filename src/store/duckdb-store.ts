// ProfileStore on an embedded DuckDB.
import { setTimeout as sleep } from 'node:timers/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Bundle } from '../model/bundle.ts';
import type { ObjectId } from '../model/code-object.ts';
import type { GroupBy, LabelName, Selector, TimeRange } from '../model/selector.ts';
import { isFrameField } from '../model/selector.ts';
import type { ProfileBatch } from '../model/profile-batch.ts';
import type { StackTable } from '../model/stack-table.ts';
import type { DiskAccount } from './accounting.ts';
import { accountOf } from './accounting.ts';
import { BatchWriter } from './batch-writer.ts';
import { BlockSet } from './block-set.ts';
import type { StackIds } from './block-view.ts';
import { addPin, newPin, readPins, removePin } from './block-table.ts';
import type { ExportedBundle } from './bundle-export.ts';
import { BundleExports } from './bundle-export.ts';
import { isBundleFolder, readBundle } from './bundle-folder.ts';
import type { ImportedBlock } from './bundle-import.ts';
import { importBundle } from './bundle-import.ts';
import { openBundleDatabase } from './bundle-opening.ts';
import type { BundleRequest } from './bundle-writer.ts';
import { checkSelector } from './checked-selector.ts';
import { queryCoverage } from './coverage-query.ts';
import { fileBytes } from './data-dir.ts';
import { queryHeatmap } from './heatmap-query.ts';
import { HotDatabase } from './hot-database.ts';
import { readIncompleteLocations, readIncompleteObjects, writeNamedAgain } from './incomplete-names.ts';
import { queryLabelNames, queryLabelValues } from './label-query.ts';
import { KnownLabelSums } from './label-sums.ts';
import { readLedger, writeLedger } from './ledger-table.ts';
import type {
  Block,
  Coverage,
  Heatmap,
  IncompleteObject,
  LedgerRow,
  NamedAgain,
  Pin,
  ProfileStore,
  Series,
  StoredName,
  StoreUsage,
  SymbolRow,
  UpkeepPolicy,
  UpkeepStep,
} from './profile-store.ts';
import { querySeries } from './series-query.ts';
import type { StoreSnapshot } from './snapshot.ts';
import { snapshotInPlace, takeSnapshot } from './snapshot.ts';
import { RecentStacks } from './recent-stacks.ts';
import type { StackQuery } from './stack-query.ts';
import { queryStacks } from './stack-query.ts';
import type { Statements } from './statements.ts';
import { questionError, StoreError } from './store-error.ts';
import { sweepDefinitions } from './sweeping.ts';
import { readUnnamed, writeSymbols } from './symbol-table.ts';
import { queryTexts } from './text-query.ts';
import { nextStep } from './upkeep.ts';
import { queryUsage, usageOf } from './usage-query.ts';

export interface StoreOptions {
  dataDir: string;
  /** What DuckDB may use; its minimum here is 32 MiB. */
  memoryLimitBytes: number;
  /** Opens what is there and changes nothing. */
  readOnly?: boolean;
  /** Value of the label `host`. */
  hostLabel: string;
  /** Takes lines for the log: blocks that cannot be read, a database that is taken over. Standard error where missing. */
  tell?: (line: string) => void;
}

/** Rejects with a StoreError, whose message is fit for people, when the directory cannot be used. */
export async function openStore(options: StoreOptions): Promise<ProfileStore> {
  const { dataDir, memoryLimitBytes, readOnly = false } = options;
  const tell = options.tell ?? ((line: string) => console.error(`pilotlight: ${line}`));
  const bundle = isBundleFolder(dataDir) ? await readBundle(dataDir) : null;
  if (bundle !== null && !readOnly) throw notWritable(dataDir);
  const hostLabel = bundle?.host ?? options.hostLabel;
  const opening = { dataDir, memoryLimitBytes, readOnly, tell };
  const database = await (bundle === null ? HotDatabase.open(opening) : openBundleDatabase(opening, bundle));
  try {
    const blocks = await BlockSet.open({ database, readOnly, hostLabel, tell });
    const store = new DuckDBStore(database, blocks, { ...options, hostLabel });
    if (!readOnly) await store.clearExports();
    return store;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** A step has several statements: those that follow the interrupted one are interrupted too. */
const INTERRUPT_MS = 20;

function notWritable(bundle: string): StoreError {
  return new StoreError(
    'unwritable',
    `${bundle} is a bundle, which is only read: look at it with serve --no-sampler, or import it into a data directory`,
  );
}

/** Forgetting some costs a look-up when their names arrive. */
const MAX_UNNAMED = 50_000;

class DuckDBStore implements ProfileStore {
  readonly #database: HotDatabase;
  readonly #blocks: BlockSet;
  readonly #options: StoreOptions;
  readonly #exports: BundleExports;
  readonly #batches = new BatchWriter();
  readonly #labelSums = new KnownLabelSums();
  readonly #recent = new RecentStacks();
  /** Locations stored by this instance that have no name yet: a name for one of them replaces nothing. */
  readonly #unnamed = new Set<bigint>();
  /** False after a look found nothing to name: the next looks are free until new locations arrive. */
  #mayHaveUnnamed = true;
  /** Steps of upkeep run one after the other. */
  #upkeep: Promise<unknown> = Promise.resolve();

  constructor(database: HotDatabase, blocks: BlockSet, options: StoreOptions) {
    this.#database = database;
    this.#blocks = blocks;
    this.#options = options;
    this.#exports = new BundleExports(database, blocks, options.hostLabel);
  }

  async append(
    batch: ProfileBatch,
    ledger: readonly LedgerRow[],
    symbols: readonly SymbolRow[] = [],
  ): Promise<void> {
    const written = await this.#write(async (statements) => {
      await writeLedger(statements, ledger);
      const inBatch = await this.#batches.write(statements, batch);
      const fresh = new Set(inBatch.newLocations);
      await writeSymbols(statements, symbols, (id) => fresh.has(id) || this.#unnamed.has(id));
      return inBatch;
    });
    written.committed();
    if (written.newLocations.length > 0) this.#mayHaveUnnamed = true;
    if (this.#unnamed.size > MAX_UNNAMED) this.#unnamed.clear();
    for (const id of written.newLocations) this.#unnamed.add(id);
    this.#named(symbols);
    await this.#database.checkpointIfDue();
  }

  async appendSymbols(rows: readonly SymbolRow[], again?: NamedAgain): Promise<void> {
    if (rows.length === 0 && again === undefined) return;
    await this.#write(async (statements) => {
      await writeSymbols(statements, rows, (id) => this.#unnamed.has(id));
      if (again !== undefined) await writeNamedAgain(statements, again);
    });
    this.#named(rows);
  }

  /** What fails may have been stored all the same. */
  async #write<T>(work: (statements: Statements) => Promise<T>): Promise<T> {
    try {
      return await this.#database.write(work);
    } catch (error) {
      this.#batches.forget();
      this.#recent.forget();
      throw error;
    }
  }

  #named(rows: readonly SymbolRow[]): void {
    if (rows.length === 0) return;
    for (const { location } of rows) this.#unnamed.delete(location);
    this.#recent.renamed(rows.map(({ location }) => location));
  }

  async unnamedLocations(limit: number): ReturnType<ProfileStore['unnamedLocations']> {
    if (!this.#mayHaveUnnamed) return [];
    // Cleared before the look, not after: an append meanwhile sets it again.
    this.#mayHaveUnnamed = false;
    try {
      const unnamed = await this.#database.read((connection) => readUnnamed(connection, limit));
      if (unnamed.length > 0) this.#mayHaveUnnamed = true;
      return unnamed;
    } catch (error) {
      this.#mayHaveUnnamed = true;
      throw error;
    }
  }

  incompleteObjects(limit: number, beyond: bigint): Promise<IncompleteObject[]> {
    return this.#database.read((connection) => readIncompleteObjects(connection, limit, beyond));
  }

  incompleteLocations(object: ObjectId, beyond: number, limit: number): Promise<StoredName[]> {
    return this.#database.read((connection) => readIncompleteLocations(connection, object, beyond, limit));
  }

  ledger(session: string): Promise<LedgerRow[]> {
    return this.#database.read((connection) => readLedger(connection, session));
  }

  stacks(selector: Selector, range: TimeRange, groupBy?: LabelName): Promise<StackTable> {
    return this.#read(selector, range, (connection, query) => queryStacks(connection, query, groupBy));
  }

  series(
    selector: Selector,
    range: TimeRange,
    stepMs: number,
    groupBy?: GroupBy,
    limit = 20,
    stacks?: BigUint64Array,
  ): Promise<Series> {
    const ofStacks = stacks !== undefined || isFrameField(groupBy);
    return this.#read(
      selector,
      range,
      (connection, query) => querySeries(connection, { ...query, stepMs, groupBy, limit, stacks }),
      ofStacks ? 'join' : 'none',
    );
  }

  heatmap(selector: Selector, range: TimeRange, columnMs: number, rowMs: number): Promise<Heatmap> {
    return this.#read(
      selector,
      range,
      (connection, query) => queryHeatmap(connection, query, columnMs, rowMs),
      'none',
    );
  }

  labelNames(selector: Selector, range: TimeRange): Promise<LabelName[]> {
    return this.#read(selector, range, queryLabelNames, 'none');
  }

  labelValues(
    label: LabelName,
    selector: Selector,
    range: TimeRange,
    limit: number,
  ): ReturnType<ProfileStore['labelValues']> {
    return this.#read(
      selector,
      range,
      (connection, query) => queryLabelValues(connection, label, query, limit),
      'none',
    );
  }

  matchTexts(pattern: string, texts: readonly string[]): Promise<ReadonlySet<string>> {
    return this.#database.read((connection) => queryTexts(connection, pattern, texts));
  }

  snapshot(directory: string): Promise<StoreSnapshot> {
    if (this.#options.readOnly === true) return Promise.resolve(snapshotInPlace(this.#database.dir));
    return takeSnapshot(this.#database, directory);
  }

  async usage(): Promise<StoreUsage> {
    const { database, wal } = this.#database.dir;
    const [{ hot, blocks }, databaseBytes, walBytes] = await Promise.all([
      // Both of one moment: samples that are sealed meanwhile count once.
      this.#database.read(async (connection) => ({
        hot: await queryUsage(connection),
        blocks: await this.#blocks.listOn(connection),
      })),
      fileBytes(database),
      fileBytes(wal),
    ]);
    const memoryLimitBytes = this.#options.memoryLimitBytes;
    return { ...usageOf(hot, blocks, databaseBytes + walBytes), memoryLimitBytes };
  }

  async blocks(): Promise<Block[]> {
    return (await this.#blocks.list()) as Block[];
  }

  async diskAccount(): Promise<DiskAccount> {
    const blocks = await this.blocks();
    const labels = await this.#labelSums.of(blocks.map(({ id }) => this.#blocks.folder(id)));
    return accountOf(blocks, labels);
  }

  pins(): Promise<Pin[]> {
    return this.#database.read(readPins);
  }

  async pin(range: TimeRange, note: string): Promise<Pin> {
    const pin = newPin(range, note);
    await this.#database.write((statements) => addPin(statements, pin));
    return pin;
  }

  unpin(id: string): Promise<boolean> {
    return this.#database.write((statements) => removePin(statements, id));
  }

  maintain(nowMs: number, policy: UpkeepPolicy): Promise<UpkeepStep | null> {
    return this.#afterUpkeep(async () => {
      const step = await nextStep(this.#database, this.#blocks, nowMs, policy);
      await this.#database.checkpointIfDue();
      return step;
    });
  }

  sweep(): Promise<number> {
    return this.#afterUpkeep(async () => {
      const swept = await sweepDefinitions(this.#database, this.#blocks, this.#batches);
      // A name for one of them replaces nothing: that was so of locations that may have gone, too.
      if (swept > 0) this.#unnamed.clear();
      this.#recent.forget();
      return swept;
    });
  }

  coverage(range: TimeRange): Promise<Coverage> {
    return this.#blocks.read(range, (connection) => queryCoverage(connection, range));
  }

  exportBundle(request: BundleRequest): Promise<ExportedBundle> {
    const making = this.#exports.make(request);
    // It reads in upkeep's place, and is cut short as upkeep is when the store is closed.
    this.#upkeep = Promise.allSettled([this.#upkeep, making]);
    return making;
  }

  clearExports(): Promise<void> {
    return this.#exports.clear();
  }

  importBundle(path: string, bundle: Bundle): Promise<ImportedBlock[]> {
    return this.#afterUpkeep(async () => {
      const imported = await importBundle(this.#database, this.#blocks, path, bundle);
      // DecodedStacks and names came past what this instance knows to be stored.
      await this.#database.write(() => Promise.resolve(this.#batches.forget()));
      this.#unnamed.clear();
      this.#mayHaveUnnamed = true;
      this.#recent.forget();
      return imported;
    });
  }

  /** A step of upkeep that is under way is cut short: the next start takes it up again. */
  async close(): Promise<void> {
    let ended = false;
    const upkeep = this.#upkeep.then(() => (ended = true));
    while (!ended) {
      this.#database.interruptUpkeep();
      await Promise.race([upkeep, sleep(INTERRUPT_MS)]);
    }
    await this.#database.close();
    this.#recent.forget();
  }

  #afterUpkeep<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#upkeep.then(work);
    this.#upkeep = turn.catch(() => undefined);
    return turn;
  }

  /** The selector is checked before any of the work begins. */
  #read<T>(
    selector: Selector,
    range: TimeRange,
    work: (connection: DuckDBConnection, query: StackQuery) => Promise<T>,
    stackIds: StackIds = 'join',
  ): Promise<T> {
    const window = { range, host: this.#options.hostLabel };
    const answer = this.#recent.use((inUse) =>
      this.#blocks.read(
        range,
        async (connection) => {
          const checked = await checkSelector(connection, selector, window);
          return work(connection, { ...window, selector: checked, inUse });
        },
        stackIds,
      ),
    );
    return answer.catch((error: unknown) => {
      throw questionError(error, this.#options.memoryLimitBytes);
    });
  }
}
