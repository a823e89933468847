// A block that was brought here: its definitions and names join those of the store, and its samples are served.
import type { DuckDBConnection } from '@duckdb/node-api';
import { join } from 'node:path';
import type { BlockFolder } from './block-folder.ts';
import type { BlockFile, BlockManifest } from './block-manifest.ts';
import { fileColumnsOf, locationColumnsOf, readManifest, stackColumnsOf } from './block-manifest.ts';
import { changeState, overlap, publishBlock, readBlocks } from './block-table.ts';
import { parquetSql } from './block-view.ts';
import type { HotDatabase } from './hot-database.ts';
import { numberLocations, numberStacks } from './numbered-stacks.ts';
import { readStoreId } from './schema.ts';
import type { Statements } from './statements.ts';

/**
 * By file: the table that its rows join as they are, what is unique in it, and what says that the table has rows of it
 * already. Locations and stacks get the numbers of this store.
 */
const TABLES: readonly { file: BlockFile; table: string; unique: string; known: string }[] = [
  { file: 'frames.parquet', table: 'symbols', unique: 'location_id, depth', known: 'location_id' },
  { file: 'objects.parquet', table: 'objects', unique: 'object_id', known: 'object_id' },
  { file: 'processes.parquet', table: 'processes', unique: 'process_id', known: 'process_id' },
];

function fileSql(folder: string, file: BlockFile): string {
  return parquetSql([join(folder, file)]);
}

/** The rows of a file as those of its table. */
function rowsSql(folder: string, file: BlockFile): string {
  if (file !== 'frames.parquet') return fileSql(folder, file);
  return `(SELECT l.location_id, y.* FROM ${fileSql(folder, file)} y
    JOIN ${fileSql(folder, 'locations.parquet')} l USING (object_id, address))`;
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
    await mergeDefinitions(statements, folder, manifest.format);
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
  const ofFile = (name: BlockFile, columns: readonly string[]) => ({
    name,
    rows: rowsSql(path, name),
    columns,
  });
  const wanted = [
    { name: 'samples.parquet', rows: parquetSql([samples]), columns: fileColumnsOf(tier, format) },
    ofFile('stacks.parquet', stackColumnsOf(format)),
    ofFile('locations.parquet', locationColumnsOf(format)),
  ];
  for (const { file, table } of TABLES) {
    wanted.push(ofFile(file, await columnsOfTable(connection, table)));
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
export async function mergeDefinitions(
  { connection }: Statements,
  { path }: BlockFolder,
  format: number,
): Promise<void> {
  await numberLocations(connection, `FROM ${fileSql(path, 'locations.parquet')}`, 'locations');
  await mergeStacks(connection, path, format);
  for (const { file, table, unique, known } of TABLES) {
    const columns = (await columnsOfTable(connection, table)).map((name) => `"${name}"`).join(', ');
    await connection.run(
      `INSERT INTO ${table} SELECT DISTINCT ON (${unique}) ${columns} FROM ${rowsSql(path, file)}
       WHERE ${known} NOT IN (SELECT ${known} FROM ${table})`,
    );
  }
}

/** To be called after all locations have numbers here. */
async function mergeStacks(connection: DuckDBConnection, folder: string, format: number): Promise<void> {
  const [keys, key] = format > 2 ? ['locations', 'location'] : ['location_ids', 'location_id'];
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE new_stacks AS
     SELECT row_number() OVER () AS row, * FROM (SELECT DISTINCT ON (stack_id) stack_id, ${keys} AS keys FROM ${fileSql(folder, 'stacks.parquet')}
       WHERE stack_id NOT IN (SELECT stack_id FROM stacks))`,
  );
  const theirs = `${fileSql(folder, 'locations.parquet')} t JOIN locations l ON l.location_id = t.location_id`;
  await numberStacks(connection, {
    stacks: 'FROM new_stacks',
    numbers: `SELECT t.${key} AS key, l.location FROM ${theirs}`,
    into: 'stacks',
  });
  await connection.run('DROP TABLE new_stacks');
}

async function columnsOfTable(connection: DuckDBConnection, table: string): Promise<string[]> {
  const rows = await connection.runAndReadAll(`SELECT column_name FROM (DESCRIBE ${table})`);
  return rows.getRows().map(([name]) => name as string);
}
