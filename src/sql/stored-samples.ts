// All stored samples as one view: those of the database, and those that were moved to its blocks.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { globText, sqlText } from '../store/sql-text.ts';

/** Where the database is attached; its tables are what the store makes them, and change with its versions. */
export const STORED = 'hot.main';

const COLUMNS = ['time_ms', 'cpu', 'process_id', 'tid', 'thread', 'stack_id', 'kind', 'count', 'weight_ns'];
/** What a roll-up drops. */
const ROLLED_UP = COLUMNS.map(
  (name) => ({ cpu: 'NULL::USMALLINT AS cpu', tid: 'NULL::UINTEGER AS tid' })[name] ?? name,
);

/** Makes the view `internal.samples`. `blocks`: the folder of the blocks. */
export async function viewStoredSamples(connection: DuckDBConnection, blocks: string): Promise<void> {
  const files = await liveBlocks(connection, blocks);
  const raw = files.filter(({ tier }) => tier === 'raw');
  const rolledUp = files.filter(({ tier }) => tier !== 'raw');
  const parts = [
    `SELECT ${COLUMNS.join(', ')} FROM ${STORED}.samples`,
    ...(raw.length === 0 ? [] : [`SELECT ${COLUMNS.join(', ')} FROM ${parquetSql(raw)}`]),
    ...(rolledUp.length === 0 ? [] : [`SELECT ${ROLLED_UP.join(', ')} FROM ${parquetSql(rolledUp)}`]),
  ];
  await connection.run('CREATE SCHEMA internal');
  await connection.run(`CREATE VIEW internal.samples AS ${parts.join(' UNION ALL ')}`);
}

interface BlockFile {
  path: string;
  tier: string;
}

function parquetSql(files: readonly BlockFile[]): string {
  return `read_parquet([${files.map(({ path }) => sqlText(globText(path))).join(', ')}])`;
}

/** None where the database is of a version that had no blocks. */
async function liveBlocks(connection: DuckDBConnection, blocks: string): Promise<BlockFile[]> {
  const known = await connection.runAndReadAll(
    `SELECT 1 FROM duckdb_tables() WHERE database_name = 'hot' AND schema_name = 'main' AND table_name = 'blocks'`,
  );
  if (known.currentRowCount === 0) return [];
  const rows = await connection.runAndReadAll(
    `SELECT id, tier FROM ${STORED}.blocks WHERE state = 'live' ORDER BY from_ms, id`,
  );
  return rows.getRows().map(([id, tier]) => {
    const path = join(blocks, id as string, 'samples.parquet');
    // Answering without it would be answering wrong.
    if (!existsSync(path)) throw new Error(`the block ${id as string} is missing`);
    return { path, tier: tier as string };
  });
}
