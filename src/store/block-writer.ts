// The Parquet files of a block: samples, and a copy of the definitions and names that they need.
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { LabelSums } from './accounting-labels.ts';
import type { BlockFile, BlockManifest } from './block-manifest.ts';
import { BLOCK_FORMAT, fileColumnsOf, RESOLUTION_MS } from './block-manifest.ts';
import { parquetSql } from './block-view.ts';
import { labelSumsOf } from './label-sums.ts';
import type { Tier } from './profile-store.ts';
import { readStoreId } from './schema.ts';
import { sqlText } from './sql-text.ts';

/** What a written block holds, as it is in its file. */
export interface BlockSums {
  fromMs: number;
  untilMs: number;
  rows: number;
  samples: number;
  weightNs: number;
  stacks: number;
  processes: number;
  labels: LabelSums;
}

/** Version 2 of the format's encodings: numbers that grow slowly, or are small, take few bits. */
const FORMAT = 'FORMAT parquet, PARQUET_VERSION V2, COMPRESSION zstd';
/**
 * Neighbours among stacks have most of their callers in common: zstd finds such runs where numbers lie byte by byte, as version 1
 * leaves them, not where they are packed by bits. 43,000 stacks take 754 kB, 972 as distances, 1,220 with a dictionary.
 */
const STACKS_FORMAT =
  'FORMAT parquet, PARQUET_VERSION V1, COMPRESSION zstd, COMPRESSION_LEVEL 9, DICTIONARY_SIZE_LIMIT 0';
const ROW_GROUP = 122_880;

/**
 * Quarters of an hour, so that a short window reads few row groups; within them by process and thread, so that those take
 * nearly nothing, and then by time, so that times grow slowly. Six hours of two busy CPUs (4.3 million samples of 130,000
 * stacks) took 34.0 MB with ids of stacks and by stack before time, 19.4 with their numbers, 17.8 like this: 4.2 bytes a sample, of
 * which a stack is 2.2 and a time 0.7.
 */
const SAMPLE_ORDER = 'time_ms // 900000, process_id, thread, time_ms';

/** What a block is to hold. */
interface BlockSamples {
  tier: Tier;
  /** A query that gives `columnsOf(tier)`; it is run three times. */
  sql: string;
  /** Whether it gives them in `SAMPLE_ORDER`, or nearly so: DuckDB has one thread, and keeps the order of what it reads. */
  sorted: boolean;
}

/**
 * Writes all files into an empty folder. Definitions come from the tables of the connection, all of one moment.
 */
export async function writeBlock(
  connection: DuckDBConnection,
  folder: string,
  { tier, sql, sorted }: BlockSamples,
): Promise<BlockSums> {
  const copy = (name: BlockFile, query: string, format = FORMAT) =>
    connection.run(
      `COPY (${query}) TO ${sqlText(join(folder, name))} (${format}, ROW_GROUP_SIZE ${ROW_GROUP})`,
    );
  await findReferred(connection, sql);
  const columns = fileColumnsOf(tier, BLOCK_FORMAT).join(', ');
  await copy(
    'samples.parquet',
    `SELECT ${columns} FROM (${sql}) JOIN block_stacks USING (stack_id) ${sorted ? '' : `ORDER BY ${SAMPLE_ORDER}`}`,
  );
  for (const [name, query] of DEFINITIONS) {
    await copy(name, query, name === 'stacks.parquet' ? STACKS_FORMAT : FORMAT);
  }
  return sumsOf(connection, join(folder, 'samples.parquet'), tier);
}

/** What a manifest says of a block besides its name and its files. */
export async function describeBlock(
  connection: DuckDBConnection,
  block: { tier: Tier; host: string; replaces: readonly string[] },
  sums: BlockSums,
): Promise<Omit<BlockManifest, 'files' | 'id'>> {
  const { tier, host, replaces } = block;
  return {
    format: BLOCK_FORMAT,
    store: await readStoreId(connection),
    host,
    createdMs: Date.now(),
    tier,
    resolutionMs: RESOLUTION_MS[tier],
    columns: [...fileColumnsOf(tier, BLOCK_FORMAT)],
    ...sums,
    replaces: [...replaces],
  };
}

/**
 * Leaves temporary tables with what samples refer to, directly or not. Stacks have numbers, in an order that puts like beside
 * like: by their outermost frames. A stack that is not defined (which the writer does not let happen) has no locations.
 */
async function findReferred(connection: DuckDBConnection, samples: string): Promise<void> {
  await connection.run(`
    CREATE OR REPLACE TEMP TABLE block_processes AS SELECT DISTINCT process_id FROM (${samples});
    CREATE OR REPLACE TEMP TABLE block_stacks AS
      SELECT (row_number() OVER (ORDER BY list_reverse(t.locations), s.stack_id) - 1)::UINTEGER AS stack, s.stack_id
      FROM (SELECT DISTINCT stack_id FROM (${samples})) s LEFT JOIN stacks t USING (stack_id);
    CREATE OR REPLACE TEMP TABLE block_locations AS SELECT l.* FROM locations l WHERE l.location IN
      (SELECT unnest(t.locations) FROM stacks t WHERE t.stack_id IN (SELECT stack_id FROM block_stacks));
    CREATE OR REPLACE TEMP TABLE block_objects AS SELECT DISTINCT object_id FROM block_locations`);
}

/**
 * In orders that put like beside like: stacks by their numbers, places and names by object and address. Names are by
 * these two as well: ids of locations are hashes, and in a third file they were a fifteenth of a block.
 */
const DEFINITIONS: readonly (readonly [BlockFile, string])[] = [
  [
    'stacks.parquet',
    `SELECT b.stack, b.stack_id, coalesce(t.locations, []) AS locations
     FROM block_stacks b LEFT JOIN stacks t USING (stack_id) ORDER BY b.stack`,
  ],
  [
    'locations.parquet',
    `SELECT location, location_id, object_id, address FROM block_locations ORDER BY object_id, address`,
  ],
  [
    'frames.parquet',
    `SELECT l.object_id, l.address, y.* EXCLUDE (location_id)
     FROM symbols y JOIN block_locations l ON l.location_id = y.location_id ORDER BY l.object_id, l.address, y.depth`,
  ],
  [
    'objects.parquet',
    `SELECT o.* FROM objects o WHERE o.object_id IN (SELECT object_id FROM block_objects) ORDER BY o.path`,
  ],
  [
    'processes.parquet',
    `SELECT p.* FROM processes p
     WHERE p.process_id IN (SELECT process_id FROM block_processes) ORDER BY p.start_ms, p.pid`,
  ],
];

/** Read from the written file: what cannot be read back is found here, while the samples are still elsewhere. */
async function sumsOf(connection: DuckDBConnection, samples: string, tier: Tier): Promise<BlockSums> {
  const sums = await connection.runAndReadAll(
    `SELECT min(time_ms)::DOUBLE, max(time_ms)::DOUBLE, count(*)::DOUBLE, sum(count)::DOUBLE, sum(weight_ns)::DOUBLE,
       (SELECT count(*) FROM block_stacks)::DOUBLE, (SELECT count(*) FROM block_processes)::DOUBLE
     FROM (SELECT ${fileColumnsOf(tier, BLOCK_FORMAT).join(', ')} FROM ${parquetSql([samples])})`,
  );
  const [first, last, rows, count, weightNs, stacks, processes] = sums.getRows()[0] as number[];
  return {
    fromMs: first!,
    untilMs: last! + RESOLUTION_MS[tier],
    rows: rows!,
    samples: count!,
    weightNs: weightNs!,
    stacks: stacks!,
    processes: processes!,
    labels: await labelSumsOf(connection, samples),
  };
}
