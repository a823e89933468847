// All stored samples as one view: those of the database, and those that were moved to its blocks.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { SealedSamples } from '../store/block-view.ts';
import { allSamplesSql } from '../store/block-view.ts';
import type { Tier } from '../store/profile-store.ts';

/** Where the database is attached; its tables are what the store makes them, and change with its versions. */
export const STORED = 'hot.main';

/** None where the database is of a version that had no such table. */
export async function columnsOfStored(connection: DuckDBConnection, table: string): Promise<unknown[]> {
  const columns = await connection.runAndReadAll(
    `SELECT column_name FROM duckdb_columns()
     WHERE database_name = 'hot' AND schema_name = 'main' AND table_name = '${table}'`,
  );
  return columns.getRows().map(([name]) => name);
}

/** Makes the view `internal.samples`. `blocks`: the folder of the blocks. */
export async function viewStoredSamples(connection: DuckDBConnection, blocks: string): Promise<void> {
  const samples = allSamplesSql(`${STORED}.samples`, await liveBlocks(connection, blocks));
  await connection.run('CREATE SCHEMA internal');
  await connection.run(`CREATE VIEW internal.samples AS ${samples}`);
}

/** None where the database is of a version that had no blocks; all of format 1 where it does not say. */
async function liveBlocks(connection: DuckDBConnection, blocks: string): Promise<SealedSamples[]> {
  const columns = await columnsOfStored(connection, 'blocks');
  if (columns.length === 0) return [];
  const format = columns.includes('format') ? 'format' : '1';
  const rows = await connection.runAndReadAll(
    `SELECT id, tier, ${format}::DOUBLE FROM ${STORED}.blocks WHERE state = 'live' ORDER BY from_ms, id`,
  );
  return rows.getRows().map(([id, tier, number]) => {
    const path = join(blocks, id as string);
    // Answering without it would be answering wrong.
    if (!existsSync(join(path, 'samples.parquet'))) throw new Error(`the block ${id as string} is missing`);
    return { path, tier: tier as Tier, format: number as number };
  });
}
