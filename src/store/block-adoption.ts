// A block that was brought here: its definitions and names join those of the store, and its samples are served.
import type { DuckDBConnection } from '@duckdb/node-api';
import { join } from 'node:path';
import type { BlockFolder } from './block-folder.ts';
import type { BlockFile, BlockManifest } from './block-manifest.ts';
import { fileColumnsOf, readManifest } from './block-manifest.ts';
import { changeState, overlap, publishBlock, readBlocks } from './block-table.ts';
import { parquetSql } from './block-view.ts';
import type { HotDatabase } from './hot-database.ts';
import { readStoreId } from './schema.ts';
import type { Statements } from './statements.ts';

/** By file: the table that its rows join, what is unique in it, and what says that the table has rows of it already. */
const TABLES: readonly { file: BlockFile; table: string; unique: string; known: string }[] = [
  { file: 'stacks.parquet', table: 'stacks', unique: 'stack_id', known: 'stack_id' },
  { file: 'locations.parquet', table: 'locations', unique: 'location_id', known: 'location_id' },
  { file: 'frames.parquet', table: 'symbols', unique: 'location_id, depth', known: 'location_id' },
  { file: 'objects.parquet', table: 'objects', unique: 'object_id', known: 'object_id' },
  { file: 'processes.parquet', table: 'processes', unique: 'process_id', known: 'process_id' },
];

/** The rows of a file as those of its table. */
function rowsSql(folder: string, file: BlockFile): string {
  const rows = parquetSql([join(folder, file)]);
  if (file !== 'frames.parquet') return rows;
  const locations = parquetSql([join(folder, 'locations.parquet')]);
  return `(SELECT l.location_id, y.* FROM ${rows} y JOIN ${locations} l USING (object_id, address))`;
}

/**
 * Resolves to '' when it was taken in, else to why not. Its files have been checked against its manifest. To be called
 * before the first append: what is stored then is read afresh.
 */
export async function adoptBlock(database: HotDatabase, folder: BlockFolder): Promise<string> {
  const read = await readManifest(folder.path);
  if (!read.ok) return read.reason;
  const { manifest } = read;
  const fault = await database.read((connection) => columnsFault(connection, folder, manifest));
  if (fault !== '') return fault;
  const bytes = await folder.bytes();
  return database.write(async (statements) => {
    const refused = await takeOver(statements, manifest);
    if (refused !== '') return refused;
    await mergeDefinitions(statements, folder);
    await publishBlock(statements, manifest, bytes);
    // Those that it was made of may have come back with it.
    for (const id of manifest.replaces) await changeState(statements, id, 'gone');
    return '';
  });
}

/** A column that lacks would fail every question about the block's time. */
async function columnsFault(
  connection: DuckDBConnection,
  { path, samples }: BlockFolder,
  { tier, format }: BlockManifest,
): Promise<string> {
  const wanted: { name: string; rows: string; columns: readonly string[] }[] = [
    { name: 'samples.parquet', rows: parquetSql([samples]), columns: fileColumnsOf(tier, format) },
  ];
  for (const { file, table } of TABLES) {
    const columns = await columnsOfTable(connection, table);
    const numbers = file === 'stacks.parquet' && format > 1 ? ['stack'] : [];
    wanted.push({ name: file, rows: rowsSql(path, file), columns: [...columns, ...numbers] });
  }
  for (const { name, rows, columns } of wanted) {
    const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${rows}`);
    const there = new Set(described.getRows().map(([column]) => column as string));
    const missing = columns.find((column) => !there.has(column));
    if (missing !== undefined) return `${name} has no column ${missing}`;
  }
  return '';
}

/**
 * A block of this very store without a row: its database is an older copy, or the block was copied before it was rolled
 * up. Counting samples twice would be worse than leaving it out.
 */
async function takeOver({ connection }: Statements, manifest: BlockManifest): Promise<string> {
  if (manifest.store !== (await readStoreId(connection))) return '';
  const other = (await readBlocks(connection)).find(
    (block) =>
      block.state === 'live' &&
      block.tier !== manifest.tier &&
      overlap(block, manifest) &&
      !manifest.replaces.includes(block.id),
  );
  if (other !== undefined) return `block ${other.id} has the samples of its time already`;
  const within = `time_ms >= ${BigInt(manifest.fromMs)} AND time_ms < ${BigInt(manifest.untilMs)}`;
  const rows = await connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM samples WHERE ${within}`);
  const hot = rows.value(0, 0) as number;
  if (hot === 0) return '';
  if (hot !== manifest.rows)
    return `${hot} samples of its time are in the database, and ${manifest.rows} in it`;
  await connection.run(`DELETE FROM samples WHERE ${within}`);
  return '';
}

/** Adds what the store lacks of a block's definitions and names. */
export async function mergeDefinitions({ connection }: Statements, { path }: BlockFolder): Promise<void> {
  for (const { file, table, unique, known } of TABLES) {
    const columns = (await columnsOfTable(connection, table)).map((name) => `"${name}"`).join(', ');
    await connection.run(
      `INSERT INTO ${table} SELECT DISTINCT ON (${unique}) ${columns} FROM ${rowsSql(path, file)}
       WHERE ${known} NOT IN (SELECT ${known} FROM ${table})`,
    );
  }
}

async function columnsOfTable(connection: DuckDBConnection, table: string): Promise<string[]> {
  const rows = await connection.runAndReadAll(`SELECT column_name FROM (DESCRIBE ${table})`);
  return rows.getRows().map(([name]) => name as string);
}
