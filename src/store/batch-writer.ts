// A ProfileBatch and its ledger as rows, inside the caller's transaction.
import type { DuckDBConnection } from '@duckdb/node-api';
import {
  BIGINT,
  DuckDBListValue,
  LIST,
  UBIGINT,
  UINTEGER,
  USMALLINT,
  UTINYINT,
  VARCHAR,
} from '@duckdb/node-api';
import type { Location } from '../model/location.ts';
import type { ProcessInfo } from '../model/process.ts';
import type { ProfileBatch, SampleColumns } from '../model/profile-batch.ts';
import type { Stack } from '../model/stack.ts';
import { appendRows, packedColumn, valueColumn, wholeColumn } from './append-rows.ts';
import { KnownIds } from './known-ids.ts';
import { UNDEFINED_LOCATION } from './numbered-stacks.ts';
import type { Statements } from './statements.ts';
import { StoredIds } from './stored-ids.ts';
import { lookUpLocations, StoredLocations } from './stored-locations.ts';

/** A written batch whose transaction is still open. */
export interface WrittenBatch {
  /** Locations that were not stored before. */
  newLocations: bigint[];
  /** Call it when the transaction is committed, never before: ids of a lost transaction must be written again. */
  committed: () => void;
}

/** Processes are kept with their content (about 200 bytes), so that repeating one writes nothing. */
const KNOWN_PROCESSES = 2_000;

const DEFINED_TABLES = ['stacks', 'locations', 'objects', 'processes'] as const;
export type DefinedTable = (typeof DEFINED_TABLES)[number];

/** Tables of definitions that are known by their ids. */
const ID_COLUMNS = { stacks: 'stack_id', objects: 'object_id' } as const;

function nothingStored() {
  return { stacks: new StoredIds(), locations: new StoredLocations(), objects: new StoredIds() };
}

/** The locations that a batch defines or refers to. */
interface NumberedLocations {
  /** Those that were not stored before. */
  fresh: Location[];
  /** Of the fresh ones, and of those that were looked up. */
  numbers: ReadonlyMap<bigint, number>;
  numberOf: (id: bigint) => number;
}

export class BatchWriter {
  #stored = nothingStored();
  /** Raised and never lowered, whatever becomes of a transaction: a number is given once, also where a commit is in doubt. */
  #nextLocation = UNDEFINED_LOCATION + 1;
  #processes = new KnownIds<string>(KNOWN_PROCESSES);
  #loaded = false;
  /** Ids that batches have defined since `noteDefinitions`; null while nobody asks. */
  #noted: Record<DefinedTable, Set<bigint>> | null = null;

  /** From now on it is known what batches define, stored before or not. */
  noteDefinitions(): void {
    this.#noted = { stacks: new Set(), locations: new Set(), objects: new Set(), processes: new Set() };
  }

  wasDefined(table: DefinedTable, id: bigint): boolean {
    return this.#noted?.[table].has(id) ?? false;
  }

  endNoting(): void {
    this.#noted = null;
  }

  /** Rows of definitions were deleted: what is stored is read again. To be called before another write begins. */
  forget(): void {
    this.#stored = nothingStored();
    this.#processes = new KnownIds<string>(KNOWN_PROCESSES);
    this.#loaded = false;
  }

  async write(statements: Statements, batch: ProfileBatch): Promise<WrittenBatch> {
    const { connection } = statements;
    this.#note(batch);
    await this.#load(connection);
    const stacks = await this.#unknown(statements, 'stacks', batch.stacks);
    const locations = await this.#numberLocations(connection, batch.locations, stacks);
    const objects = await this.#unknown(statements, 'objects', batch.objects);

    await appendRows(connection, 'stacks', stacks.length, [
      valueColumn(UBIGINT, (row) => stacks[row]!.id),
      valueColumn(
        LIST(UINTEGER),
        (row) => new DuckDBListValue(stacks[row]!.locations.map(locations.numberOf)),
      ),
    ]);
    const { fresh } = locations;
    await appendRows(connection, 'locations', fresh.length, [
      valueColumn(UINTEGER, (row) => locations.numberOf(fresh[row]!.id)),
      valueColumn(UBIGINT, (row) => fresh[row]!.id),
      valueColumn(UBIGINT, (row) => fresh[row]!.object),
      valueColumn(UBIGINT, (row) => BigInt(fresh[row]!.address)),
    ]);
    await appendRows(connection, 'objects', objects.length, [
      valueColumn(UBIGINT, (row) => objects[row]!.id),
      valueColumn(VARCHAR, (row) => objects[row]!.kind),
      valueColumn(VARCHAR, (row) => objects[row]!.buildId),
      valueColumn(VARCHAR, (row) => objects[row]!.path),
      valueColumn(UBIGINT, (row) => BigInt(objects[row]!.size)),
      valueColumn(VARCHAR, (row) => objects[row]!.addressing),
    ]);
    const processes = await this.#replaceProcesses(statements, batch.processes);
    await appendSamples(connection, batch.samples, batch.threadNames);

    return {
      newLocations: fresh.map(({ id }) => id),
      committed: () => {
        for (const { id } of batch.stacks) this.#stored.stacks.add(id);
        for (const { id } of batch.objects) this.#stored.objects.add(id);
        for (const [id, number] of locations.numbers) this.#stored.locations.add(id, number);
        for (const { id, content } of processes) this.#processes.set(id, content);
      },
    };
  }

  #note(batch: ProfileBatch): void {
    if (this.#noted === null) return;
    for (const table of DEFINED_TABLES) {
      for (const { id } of batch[table]) this.#noted[table].add(id);
    }
  }

  async #load(connection: DuckDBConnection): Promise<void> {
    if (this.#loaded) return;
    const { stacks, locations, objects } = this.#stored;
    await stacks.load(connection, 'stacks', ID_COLUMNS.stacks);
    await locations.load(connection);
    await objects.load(connection, 'objects', ID_COLUMNS.objects);
    this.#nextLocation = Math.max(this.#nextLocation, await nextLocation(connection));
    this.#loaded = true;
  }

  /** `stacks`: those that are to be stored. They may refer to locations that earlier batches defined. */
  async #numberLocations(
    connection: DuckDBConnection,
    locations: readonly Location[],
    stacks: readonly Stack[],
  ): Promise<NumberedLocations> {
    const { locations: stored } = this.#stored;
    const asked = new Set<bigint>();
    if (!stored.complete) {
      const referred = [locations.map(({ id }) => id), ...stacks.map((stack) => stack.locations)];
      for (const ids of referred) for (const id of ids) if (stored.numberOf(id) === undefined) asked.add(id);
    }
    const numbers = await lookUpLocations(connection, asked);
    const fresh: Location[] = [];
    for (const location of locations) {
      if (stored.numberOf(location.id) !== undefined || numbers.has(location.id)) continue;
      numbers.set(location.id, this.#nextLocation++);
      fresh.push(location);
    }
    const numberOf = (id: bigint) => stored.numberOf(id) ?? numbers.get(id) ?? UNDEFINED_LOCATION;
    return { fresh, numbers, numberOf };
  }

  /** The rows that the table does not have, each once. */
  async #unknown<T extends { id: bigint }>(
    { connection }: Statements,
    table: keyof typeof ID_COLUMNS,
    rows: readonly T[],
  ): Promise<T[]> {
    const stored = this.#stored[table];
    const candidates = new Map<bigint, T>();
    for (const row of rows) if (!stored.has(row.id)) candidates.set(row.id, row);
    if (!stored.complete) {
      const found = await storedIds(connection, table, ID_COLUMNS[table], [...candidates.keys()]);
      for (const id of found) candidates.delete(id);
    }
    return [...candidates.values()];
  }

  async #replaceProcesses(statements: Statements, rows: readonly ProcessInfo[]) {
    const { connection } = statements;
    const changed = new Map<bigint, { row: ProcessInfo; content: string }>();
    for (const row of rows) {
      const content = processContent(row);
      if (this.#processes.get(row.id) === content) changed.delete(row.id);
      else changed.set(row.id, { row, content });
    }
    const ids = [...changed.keys()];
    const stored = await storedIds(connection, 'processes', 'process_id', ids);
    if (stored.length > 0) {
      await statements.run(
        'DELETE FROM processes WHERE process_id IN (SELECT unnest($1))',
        [new DuckDBListValue(stored)],
        [LIST(UBIGINT)],
      );
    }
    await appendProcesses(
      connection,
      Array.from(changed.values(), ({ row }) => row),
    );
    return Array.from(changed, ([id, { content }]) => ({ id, content }));
  }
}

async function nextLocation(connection: DuckDBConnection): Promise<number> {
  const most = await connection.runAndReadAll(
    `SELECT coalesce(max(location), ${UNDEFINED_LOCATION}) + 1 FROM locations`,
  );
  return Number(most.value(0, 0));
}

async function storedIds(
  connection: DuckDBConnection,
  table: string,
  idColumn: string,
  ids: bigint[],
): Promise<bigint[]> {
  if (ids.length === 0) return [];
  const stored = await connection.runAndReadAll(
    `SELECT ${idColumn} FROM ${table} WHERE ${idColumn} IN (SELECT unnest($1))`,
    [new DuckDBListValue(ids)],
    [LIST(UBIGINT)],
  );
  return (stored.getColumns()[0] ?? []) as bigint[];
}

async function appendSamples(
  connection: DuckDBConnection,
  samples: SampleColumns,
  threadNames: readonly string[],
): Promise<void> {
  await appendRows(connection, 'samples', samples.length, [
    wholeColumn(BIGINT, samples.timeMs),
    packedColumn(USMALLINT, samples.cpu),
    packedColumn(UBIGINT, samples.processId),
    packedColumn(UINTEGER, samples.tid),
    valueColumn(VARCHAR, (row) => threadNames[samples.threadName[row]!] ?? ''),
    packedColumn(UBIGINT, samples.stackId),
    packedColumn(UTINYINT, samples.kind),
    packedColumn(UINTEGER, samples.count),
    wholeColumn(UBIGINT, samples.weightNs, Math.round),
    packedColumn(UTINYINT, samples.walk),
  ]);
}

async function appendProcesses(connection: DuckDBConnection, rows: readonly ProcessInfo[]): Promise<void> {
  await appendRows(connection, 'processes', rows.length, [
    valueColumn(UBIGINT, (row) => rows[row]!.id),
    valueColumn(UINTEGER, (row) => rows[row]!.pid),
    valueColumn(BIGINT, (row) => BigInt(Math.round(rows[row]!.startMs))),
    valueColumn(UINTEGER, (row) => rows[row]!.image),
    ...PROCESS_TEXTS.slice(0, 3).map((key) => valueColumn(VARCHAR, (row) => rows[row]![key])),
    valueColumn(UINTEGER, (row) => rows[row]!.uid),
    ...PROCESS_TEXTS.slice(3).map((key) => valueColumn(VARCHAR, (row) => rows[row]![key])),
  ]);
}

/** In the table's order; `uid` stands between the third and the fourth. */
const PROCESS_TEXTS = [
  'comm',
  'exe',
  'cgroup',
  'user',
  'container',
  'podUid',
  'pod',
  'namespace',
  'containerName',
  'unit',
] as const;

function processContent(row: ProcessInfo): string {
  return [row.pid, row.startMs, row.image, row.uid, ...PROCESS_TEXTS.map((key) => row[key])].join('\0');
}
