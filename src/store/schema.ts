// The tables of the hot database. No primary keys and no indexes: DuckDB's ART indexes make appending slow and
// large; what must be unique is kept so by the writer.
import { randomUUID } from 'node:crypto';
import type { DuckDBConnection } from '@duckdb/node-api';
import { numberLocations, numberStacks } from './numbered-stacks.ts';

/** Raised with every change that an older Pilotlight could not read; also the content of DATA_DIR/VERSION. */
export const SCHEMA_VERSION = 8;

/**
 * Stacks refer to locations by numbers that the writer gives, from 1 on: as lists of their ids, which are hashes that nothing
 * packs, 200,000 stacks took 56 MB, and as lists of numbers 16. A number is this database's own, and given once.
 */
const numberedTables = (database: string) => `
-- Leaf first. Version 7 and older: \`location_ids UBIGINT[]\`.
CREATE TABLE IF NOT EXISTS ${database}stacks (stack_id UBIGINT NOT NULL, locations UINTEGER[] NOT NULL);
CREATE TABLE IF NOT EXISTS ${database}locations (
  -- Version 8 and newer.
  location UINTEGER NOT NULL,
  location_id UBIGINT NOT NULL,
  object_id UBIGINT NOT NULL,
  address UBIGINT NOT NULL
);`;

const TABLES = `
CREATE TABLE IF NOT EXISTS meta (key VARCHAR NOT NULL, value VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS samples (
  time_ms BIGINT NOT NULL,
  cpu USMALLINT NOT NULL,
  process_id UBIGINT NOT NULL,
  tid UINTEGER NOT NULL,
  thread VARCHAR NOT NULL,
  stack_id UBIGINT NOT NULL,
  kind UTINYINT NOT NULL,
  count UINTEGER NOT NULL,
  weight_ns UBIGINT NOT NULL,
  -- How its user stack's walk ended: a number of WALK_ENDS, plus WALK_BY_POINTER. Null before version 3.
  walk UTINYINT
);
${numberedTables('')}
CREATE TABLE IF NOT EXISTS objects (
  object_id UBIGINT NOT NULL,
  kind VARCHAR NOT NULL,
  build_id VARCHAR NOT NULL,
  path VARCHAR NOT NULL,
  size UBIGINT NOT NULL,
  addressing VARCHAR NOT NULL
);
CREATE TABLE IF NOT EXISTS processes (
  process_id UBIGINT NOT NULL,
  pid UINTEGER NOT NULL,
  start_ms BIGINT NOT NULL,
  image UINTEGER NOT NULL,
  comm VARCHAR NOT NULL,
  exe VARCHAR NOT NULL,
  cgroup VARCHAR NOT NULL,
  uid UINTEGER NOT NULL,
  "user" VARCHAR NOT NULL,
  container VARCHAR NOT NULL,
  pod_uid VARCHAR NOT NULL,
  pod VARCHAR NOT NULL,
  namespace VARCHAR NOT NULL,
  container_name VARCHAR NOT NULL,
  unit VARCHAR NOT NULL
);
-- One row per frame of an inline chain, depth 0 innermost; a location without a name has one row with a reason.
CREATE TABLE IF NOT EXISTS symbols (
  location_id UBIGINT NOT NULL,
  depth USMALLINT NOT NULL,
  name VARCHAR NOT NULL,
  system_name VARCHAR NOT NULL,
  file VARCHAR NOT NULL,
  line UINTEGER NOT NULL,
  "column" UINTEGER NOT NULL,
  reason VARCHAR NOT NULL,
  -- How code that was made at run time was compiled. Null where that is not told, and before version 5.
  tier VARCHAR
);
-- What could name an object when its locations were last named again (version 4 and newer), and how many of them
-- could not be looked at even then. Without a row they were named once, as they arrived.
CREATE TABLE IF NOT EXISTS object_names (
  object_id UBIGINT NOT NULL,
  version VARCHAR NOT NULL,
  unread UINTEGER NOT NULL
);
-- One row per sampling session; \`cpus\` is a JSON array of each CPU's account.
CREATE TABLE IF NOT EXISTS ledger (session VARCHAR NOT NULL, cpus VARCHAR NOT NULL);
-- Sealed samples (version 6 and newer): what this table says of a folder of DATA_DIR/blocks is what holds.
CREATE TABLE IF NOT EXISTS blocks (
  id VARCHAR NOT NULL,
  -- 'sealing' (being written), 'live', 'broken' (set aside), 'gone' (its files are to be removed).
  state VARCHAR NOT NULL,
  reason VARCHAR NOT NULL,
  tier VARCHAR NOT NULL,
  from_ms BIGINT NOT NULL,
  until_ms BIGINT NOT NULL,
  rows UBIGINT NOT NULL,
  samples UBIGINT NOT NULL,
  weight_ns UBIGINT NOT NULL,
  bytes UBIGINT NOT NULL,
  -- BLOCK_FORMAT of its files (version 7 and newer; all were of format 1 before).
  format UTINYINT NOT NULL
);
-- Windows that are neither deleted nor rolled up (version 6 and newer).
CREATE TABLE IF NOT EXISTS pins (
  id VARCHAR NOT NULL,
  from_ms BIGINT NOT NULL,
  until_ms BIGINT NOT NULL,
  note VARCHAR NOT NULL,
  created_ms BIGINT NOT NULL
);`;

/** The version the database says it has; undefined where it has no tables yet. */
export async function readSchemaVersion(connection: DuckDBConnection): Promise<number | undefined> {
  const known = await connection.runAndReadAll(
    `SELECT 1 FROM duckdb_tables() WHERE schema_name = 'main' AND table_name = 'meta'`,
  );
  if (known.currentRowCount === 0) return undefined;
  const rows = await connection.runAndReadAll(`SELECT value FROM meta WHERE key = 'schema_version'`);
  const value = rows.currentRowCount > 0 ? Number(rows.value(0, 0)) : NaN;
  return Number.isInteger(value) ? value : undefined;
}

/** Which store this is: the blocks that it writes say so. */
export async function readStoreId(connection: DuckDBConnection): Promise<string> {
  const rows = await connection.runAndReadAll(`SELECT value FROM meta WHERE key = 'store_id'`);
  return rows.currentRowCount > 0 ? (rows.value(0, 0) as string) : '';
}

/** What no view can make of an older database that may only be read is made once, in memory. To be called before the others. */
export async function tablesBesideOlder(connection: DuckDBConnection, version: number): Promise<void> {
  if (version >= 8) return;
  await connection.run(`ATTACH ':memory:' AS numbered (READ_WRITE); ${numberedTables('numbered.main.')}`);
  await numberAll(connection, 'hot.main.', 'numbered.main.');
}

/** What a connection that may only read runs first, so that an older database reads like one of this version. */
export function viewsOverOlder(version: number): string {
  const views = [];
  if (version < 3)
    views.push('CREATE TEMP VIEW samples AS SELECT *, NULL::UTINYINT AS walk FROM hot.main.samples');
  if (version < 4) {
    views.push('CREATE TEMP TABLE object_names (object_id UBIGINT, version VARCHAR, unread UINTEGER)');
  }
  if (version < 5)
    views.push('CREATE TEMP VIEW symbols AS SELECT *, NULL::VARCHAR AS tier FROM hot.main.symbols');
  if (version < 6) {
    views.push(
      `CREATE TEMP TABLE blocks (id VARCHAR, state VARCHAR, reason VARCHAR, tier VARCHAR, from_ms BIGINT,
         until_ms BIGINT, rows UBIGINT, samples UBIGINT, weight_ns UBIGINT, bytes UBIGINT, format UTINYINT)`,
      `CREATE TEMP TABLE pins (id VARCHAR, from_ms BIGINT, until_ms BIGINT, note VARCHAR, created_ms BIGINT)`,
    );
  } else if (version < 7) {
    views.push('CREATE TEMP VIEW blocks AS SELECT *, 1::UTINYINT AS format FROM hot.main.blocks');
  }
  if (version < 8) {
    views.push(
      'CREATE TEMP VIEW stacks AS FROM numbered.main.stacks',
      'CREATE TEMP VIEW locations AS FROM numbered.main.locations',
    );
  }
  return views.join(';');
}

/** `from`: the version that the database has, undefined where it is empty. */
export async function createSchema(connection: DuckDBConnection, from: number | undefined): Promise<void> {
  await connection.run('BEGIN');
  // Version 1 kept a row per CPU. What it says is needed only by the sampling session that it is of.
  if (from === 1) await connection.run('DROP TABLE ledger');
  if (from !== undefined && from < 3) await connection.run('ALTER TABLE samples ADD COLUMN walk UTINYINT');
  if (from !== undefined && from < 5) await connection.run('ALTER TABLE symbols ADD COLUMN tier VARCHAR');
  if (from === 6) await connection.run('ALTER TABLE blocks ADD COLUMN format UTINYINT DEFAULT 1');
  const unnumbered = from !== undefined && from < 8;
  if (unnumbered) {
    await connection.run(
      'ALTER TABLE stacks RENAME TO old_stacks; ALTER TABLE locations RENAME TO old_locations',
    );
  }
  await connection.run(TABLES);
  if (unnumbered) {
    await numberAll(connection, 'old_', '');
    await connection.run('DROP TABLE old_stacks; DROP TABLE old_locations');
  }
  await connection.run(`DELETE FROM meta WHERE key = 'schema_version'`);
  await connection.run(`INSERT INTO meta VALUES ('schema_version', '${SCHEMA_VERSION}')`);
  // Which store wrote a block: one of another store was brought here.
  await connection.run(
    `INSERT INTO meta SELECT 'store_id', '${randomUUID()}' WHERE 'store_id' NOT IN (SELECT key FROM meta)`,
  );
  await connection.run('COMMIT');
}

/** Stacks and locations as they were before version 8; both prefixes are those of the tables' names. */
async function numberAll(connection: DuckDBConnection, old: string, into: string): Promise<void> {
  await numberLocations(connection, `FROM ${old}locations`, `${into}locations`);
  await numberStacks(connection, {
    stacks: `SELECT rowid AS row, stack_id, location_ids AS keys FROM ${old}stacks`,
    numbers: `SELECT location_id AS key, location FROM ${into}locations`,
    into: `${into}stacks`,
  });
}
