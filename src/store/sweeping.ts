// Definitions and names that no stored sample needs any more leave the database, beside writing and reading.
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBListValue, LIST, UBIGINT, UINTEGER } from '@duckdb/node-api';
import { MARKER_OBJECT } from '../model/location.ts';
import type { BatchWriter, DefinedTable } from './batch-writer.ts';
import type { BlockSet } from './block-set.ts';
import { parquetSql } from './block-view.ts';
import type { HotDatabase } from './hot-database.ts';

/** Deleted in one transaction: a few ms, so that samples do not wait. */
const PIECE = 5_000;
/** Found at once: their ids are kept here meanwhile. */
const MAX_FOUND = 100_000;

interface Stage {
  table: DefinedTable;
  id: string;
  /** What else goes with the rows: tables with the same column. */
  also: readonly string[];
  /** A query for the ids that are needed; `files`: those of all blocks. */
  needed: (files: (name: string) => readonly string[]) => string;
}

/** In this order: what only unneeded stacks refer to is unneeded in its turn. Blocks hold no stack that the table lacks. */
const STAGES: readonly Stage[] = [
  {
    table: 'stacks',
    id: 'stack_id',
    also: [],
    needed: (files) => neededSql('stack_id', files('stacks.parquet')),
  },
  {
    table: 'processes',
    id: 'process_id',
    also: [],
    needed: (files) => neededSql('process_id', files('processes.parquet')),
  },
  {
    table: 'locations',
    id: 'location_id',
    also: ['symbols'],
    needed: () =>
      'SELECT location_id FROM locations WHERE location IN (SELECT unnest(locations) FROM stacks)',
  },
  {
    table: 'objects',
    id: 'object_id',
    also: ['object_names'],
    needed: () => `SELECT object_id FROM locations UNION ALL SELECT ${MARKER_OBJECT.id}::UBIGINT`,
  },
];

function neededSql(id: string, files: readonly string[]): string {
  const hot = `SELECT ${id} FROM samples`;
  return files.length === 0 ? hot : `${hot} UNION ALL SELECT ${id} FROM ${parquetSql(files)}`;
}

/** Resolves to the number of stacks, processes, locations and objects that were deleted. */
export async function sweepDefinitions(
  database: HotDatabase,
  blocks: BlockSet,
  batches: BatchWriter,
): Promise<number> {
  // Between two writes: whatever is stored by then is seen below, and whatever comes later is noted.
  await database.write(() => Promise.resolve(batches.noteDefinitions()));
  try {
    let deleted = 0;
    for (const stage of STAGES) deleted += await sweepTable(database, blocks, batches, stage);
    return deleted;
  } finally {
    batches.endNoting();
  }
}

async function sweepTable(
  database: HotDatabase,
  blocks: BlockSet,
  batches: BatchWriter,
  stage: Stage,
): Promise<number> {
  const live = (await blocks.list()).filter(({ state }) => state === 'live');
  const files = (name: string) => live.map(({ id }) => join(blocks.folder(id).path, name));
  const needed = stage.needed(files);
  let deleted = 0;
  for (;;) {
    const found = await database.readForUpkeep((connection) => findUnneeded(connection, stage, needed));
    const before = deleted;
    for (let at = 0; at < found.length; at += PIECE) {
      deleted += await deletePiece(database, batches, stage, found.slice(at, at + PIECE));
    }
    if (found.length < MAX_FOUND || deleted === before) return deleted;
  }
}

async function findUnneeded(
  connection: DuckDBConnection,
  { table, id }: Stage,
  needed: string,
): Promise<bigint[]> {
  const rows = await connection.runAndReadAll(
    `SELECT ${id} FROM ${table} WHERE ${id} NOT IN (${needed}) LIMIT $1`,
    [MAX_FOUND],
    [UINTEGER],
  );
  return (rows.getColumns()[0] ?? []) as bigint[];
}

async function deletePiece(
  database: HotDatabase,
  batches: BatchWriter,
  { table, id, also }: Stage,
  found: readonly bigint[],
): Promise<number> {
  const deleted = await database.write(async (statements) => {
    const ids = found.filter((one) => !batches.wasDefined(table, one));
    if (ids.length === 0) return 0;
    for (const name of [...also, table]) {
      const sql = `DELETE FROM ${name} WHERE ${id} IN (SELECT unnest($1))`;
      await statements.run(sql, [new DuckDBListValue(ids)], [LIST(UBIGINT)]);
    }
    return ids.length;
  });
  if (deleted > 0) batches.forget();
  return deleted;
}
