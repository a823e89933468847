// A ProfileBatch and its ledger as rows, inside the caller's transaction.
import type { DuckDBConnection, DuckDBType } from '@duckdb/node-api';
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
import type { ProcessInfo } from '../model/process.ts';
import type { ProfileBatch, SampleColumns } from '../model/profile-batch.ts';
import type { AppendColumn } from './append-rows.ts';
import { appendRows } from './append-rows.ts';
import { KnownIds } from './known-ids.ts';

/** What has become known of the store's content; to be kept once the transaction is committed. */
interface NewlyKnown {
  stacks: bigint[];
  locations: bigint[];
  objects: bigint[];
  processes: { id: bigint; content: string }[];
}

/** Ids kept per table: the stacks of a busy host's hour; 5 MB at most for all. */
const KNOWN_STACKS = 25_000;
const KNOWN_LOCATIONS = 25_000;
const KNOWN_OBJECTS = 5_000;
/** Processes are kept with their content (about 200 bytes), so that repeating one writes nothing. */
const KNOWN_PROCESSES = 2_000;

export class BatchWriter {
  readonly #stacks = new KnownIds(KNOWN_STACKS);
  readonly #locations = new KnownIds(KNOWN_LOCATIONS);
  readonly #objects = new KnownIds(KNOWN_OBJECTS);
  readonly #processes = new KnownIds<string>(KNOWN_PROCESSES);

  /** Call `committed` when the transaction is, never before: ids of a lost transaction must be written again. */
  async write(
    connection: DuckDBConnection,
    batch: ProfileBatch,
  ): Promise<{ newLocations: number; committed: () => void }> {
    const stacks = await this.#unknown(connection, 'stacks', 'stack_id', this.#stacks, batch.stacks);
    const locations = await this.#unknown(
      connection,
      'locations',
      'location_id',
      this.#locations,
      batch.locations,
    );
    const objects = await this.#unknown(connection, 'objects', 'object_id', this.#objects, batch.objects);

    await appendRows(connection, 'stacks', stacks.length, [
      column(UBIGINT, (row) => stacks[row]!.id),
      column(LIST(UBIGINT), (row) => new DuckDBListValue([...stacks[row]!.locations])),
    ]);
    await appendRows(connection, 'locations', locations.length, [
      column(UBIGINT, (row) => locations[row]!.id),
      column(UBIGINT, (row) => locations[row]!.object),
      column(UBIGINT, (row) => BigInt(locations[row]!.address)),
    ]);
    await appendRows(connection, 'objects', objects.length, [
      column(UBIGINT, (row) => objects[row]!.id),
      column(VARCHAR, (row) => objects[row]!.kind),
      column(VARCHAR, (row) => objects[row]!.buildId),
      column(VARCHAR, (row) => objects[row]!.path),
      column(UBIGINT, (row) => BigInt(objects[row]!.size)),
      column(VARCHAR, (row) => objects[row]!.addressing),
    ]);
    const processes = await this.#replaceProcesses(connection, batch.processes);
    await appendSamples(connection, batch.samples, batch.threadNames);

    const ids = (rows: readonly { id: bigint }[]) => rows.map((row) => row.id);
    const known = {
      stacks: ids(batch.stacks),
      locations: ids(batch.locations),
      objects: ids(batch.objects),
      processes,
    };
    return {
      newLocations: locations.length,
      committed: () => this.#remember(known),
    };
  }

  #remember(known: NewlyKnown): void {
    for (const id of known.stacks) this.#stacks.set(id, true);
    for (const id of known.locations) this.#locations.set(id, true);
    for (const id of known.objects) this.#objects.set(id, true);
    for (const { id, content } of known.processes) this.#processes.set(id, content);
  }

  /** The rows that neither the known ids nor the table have, each once. */
  async #unknown<T extends { id: bigint }>(
    connection: DuckDBConnection,
    table: string,
    idColumn: string,
    known: KnownIds,
    rows: readonly T[],
  ): Promise<T[]> {
    const candidates = new Map<bigint, T>();
    for (const row of rows) if (known.get(row.id) === undefined) candidates.set(row.id, row);
    for (const id of await storedIds(connection, table, idColumn, [...candidates.keys()])) {
      candidates.delete(id);
    }
    return [...candidates.values()];
  }

  async #replaceProcesses(connection: DuckDBConnection, rows: readonly ProcessInfo[]) {
    const changed = new Map<bigint, { row: ProcessInfo; content: string }>();
    for (const row of rows) {
      const content = processContent(row);
      if (this.#processes.get(row.id) === content) changed.delete(row.id);
      else changed.set(row.id, { row, content });
    }
    const ids = [...changed.keys()];
    const stored = await storedIds(connection, 'processes', 'process_id', ids);
    if (stored.length > 0) {
      await connection.run(
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
    column(BIGINT, (row) => BigInt(Math.floor(samples.timeMs[row]!))),
    column(USMALLINT, (row) => samples.cpu[row]!),
    column(UBIGINT, (row) => samples.processId[row]!),
    column(UINTEGER, (row) => samples.tid[row]!),
    column(VARCHAR, (row) => threadNames[samples.threadName[row]!] ?? ''),
    column(UBIGINT, (row) => samples.stackId[row]!),
    column(UTINYINT, (row) => samples.kind[row]!),
    column(UINTEGER, (row) => samples.count[row]!),
    column(UBIGINT, (row) => BigInt(Math.round(samples.weightNs[row]!))),
  ]);
}

async function appendProcesses(connection: DuckDBConnection, rows: readonly ProcessInfo[]): Promise<void> {
  await appendRows(connection, 'processes', rows.length, [
    column(UBIGINT, (row) => rows[row]!.id),
    column(UINTEGER, (row) => rows[row]!.pid),
    column(BIGINT, (row) => BigInt(Math.round(rows[row]!.startMs))),
    column(UINTEGER, (row) => rows[row]!.image),
    ...PROCESS_TEXTS.slice(0, 3).map((key) => column(VARCHAR, (row) => rows[row]![key])),
    column(UINTEGER, (row) => rows[row]!.uid),
    ...PROCESS_TEXTS.slice(3).map((key) => column(VARCHAR, (row) => rows[row]![key])),
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

function column(type: DuckDBType, value: AppendColumn['value']): AppendColumn {
  return { type, value };
}
