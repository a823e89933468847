// Hot samples and those of blocks as one table: whatever asks `samples` on the connection reads both.
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { TimeRange } from '../model/selector.ts';
import type { BlockFile, KEPT_COLUMNS, RAW_COLUMNS } from './block-manifest.ts';
import type { Tier } from './profile-store.ts';
import { globText, sqlText } from './sql-text.ts';

/** A block whose samples are read. */
export interface SealedSamples {
  /** The block's folder. */
  path: string;
  tier: Tier;
  format: number;
}

/** `read_parquet` of files that have the same columns. */
export function parquetSql(paths: readonly string[]): string {
  return `read_parquet([${paths.map((path) => sqlText(globText(path))).join(', ')}])`;
}

/**
 * How samples get the ids of their stacks. 'join': DuckDB looks up small numbers in an array, some ns each; 'list': in a list, twice
 * as slow a row, but in a twentieth of the memory a block, and for nothing where no id is asked for; 'none': they are NULL.
 */
export type StackIds = 'join' | 'list' | 'none';

/** Of so many blocks the arrays are in memory at once. */
const MAX_JOINS = 16;

/**
 * A query for `columns` of the samples of blocks, as the table `samples` has them. `where`: a condition on columns of the
 * files. At least one block.
 */
export function sealedSql(
  blocks: readonly SealedSamples[],
  columns: readonly string[],
  { stackIds = 'join', where = 'true' }: { stackIds?: StackIds; where?: string } = {},
): string {
  const withIds = blocks.filter(({ format }) => format === 1);
  const numbered = blocks.filter(({ format }) => format !== 1);
  const parts: string[] = [];
  if (withIds.length > 0) parts.push(selectSql(columns, parquetOf('samples.parquet', withIds), where));
  if (numbered.length > 0 && stackIds === 'none') {
    const unknown = columns.map((name) => (name === 'stack_id' ? 'NULL::UBIGINT AS stack_id' : name));
    parts.push(selectSql(unknown, parquetOf('samples.parquet', numbered), where));
  } else {
    const joined = stackIds === 'join' && numbered.length <= MAX_JOINS;
    for (const block of numbered) parts.push((joined ? joinSql : listSql)(columns, block, where));
  }
  return parts.join(' UNION ALL ');
}

function joinSql(columns: readonly string[], block: SealedSamples, where: string): string {
  const stacks = `(SELECT stack, stack_id FROM ${parquetOf('stacks.parquet', [block])})`;
  return selectSql(columns, `${parquetOf('samples.parquet', [block])} JOIN ${stacks} USING (stack)`, where);
}

/** stacks.parquet has all numbers from 0 on. */
function listSql(columns: readonly string[], block: SealedSamples, where: string): string {
  const ids = `(SELECT list(stack_id ORDER BY stack) AS ids FROM ${parquetOf('stacks.parquet', [block])})`;
  const named = columns.map((name) => (name === 'stack_id' ? 'ids[stack + 1] AS stack_id' : name));
  return selectSql(named, `${parquetOf('samples.parquet', [block])}, ${ids}`, where);
}

function selectSql(columns: readonly string[], from: string, where: string): string {
  return `SELECT ${columns.join(', ')} FROM ${from} WHERE ${where}`;
}

function parquetOf(file: BlockFile, blocks: readonly SealedSamples[]): string {
  return parquetSql(blocks.map(({ path }) => join(path, file)));
}

/** Columns in the order of the table `samples`, with the types that they have where a block lacks them. */
const ORDER = [
  'time_ms', 'cpu', 'process_id', 'tid', 'thread', 'stack_id', 'kind', 'count', 'weight_ns', 'walk',
] as const satisfies readonly ((typeof KEPT_COLUMNS)[number] | (typeof RAW_COLUMNS)[number])[]; // prettier-ignore
const TYPES: Readonly<Record<string, string>> = { cpu: 'USMALLINT', tid: 'UINTEGER', walk: 'UTINYINT' };

/**
 * Leaves a view `samples`, until the end of the transaction, that hides the table. Its rows from blocks are those of the
 * range. The bounds are in its text, so that DuckDB knows them when it decides which row groups to read.
 */
export async function viewOverBlocks(
  connection: DuckDBConnection,
  blocks: readonly SealedSamples[],
  range: TimeRange,
  stackIds: StackIds,
): Promise<void> {
  if (blocks.length === 0) return;
  const parts = [
    `SELECT ${ORDER.join(', ')} FROM hot.main.samples`,
    ...sealedParts(blocks, ORDER, { stackIds, where: within(range) }),
  ];
  await connection.run(`CREATE TEMP VIEW samples AS ${parts.join(' UNION ALL ')}`);
}

/** A query for all samples, those of a table of the database and those of blocks; without the ends of walks. */
export function allSamplesSql(table: string, blocks: readonly SealedSamples[]): string {
  const columns = ORDER.filter((name) => name !== 'walk');
  return [
    `SELECT ${columns.join(', ')} FROM ${table}`,
    ...sealedParts(blocks, columns, { stackIds: 'list' }),
  ].join(' UNION ALL ');
}

/**
 * A query for samples of one tier that lie in the range; undefined where there are none. `blocks`: those of the tier;
 * `anyBlock`: the view is there.
 */
export function samplesOfTier(
  tier: Tier,
  blocks: readonly SealedSamples[],
  range: TimeRange,
  anyBlock: boolean,
): string | undefined {
  const hot =
    tier === 'raw' ? [`SELECT ${ORDER.join(', ')} FROM ${anyBlock ? 'hot.main.samples' : 'samples'}`] : [];
  const parts = [...hot, ...sealedParts(blocks, ORDER, { where: within(range) })];
  return parts.length === 0 ? undefined : parts.join(' UNION ALL ');
}

/** What a roll-up dropped is NULL. */
function sealedParts(
  blocks: readonly SealedSamples[],
  columns: readonly string[],
  options: { stackIds?: StackIds; where?: string },
): string[] {
  const raw = blocks.filter(({ tier }) => tier === 'raw');
  const rolled = blocks.filter(({ tier }) => tier !== 'raw');
  const kept = columns.map((name) => (name in TYPES ? `NULL::${TYPES[name]} AS ${name}` : name));
  return [
    ...(raw.length === 0 ? [] : [sealedSql(raw, columns, options)]),
    ...(rolled.length === 0 ? [] : [sealedSql(rolled, kept, options)]),
  ];
}

function within({ fromMs, untilMs }: TimeRange): string {
  return `time_ms >= ${wholeMs(fromMs)} AND time_ms < ${wholeMs(untilMs)}`;
}

/** Times are whole ms, so a bound may be the next one; within what BIGINT and the text of a number can be. */
function wholeMs(ms: number): string {
  return BigInt(Math.max(-(2 ** 53), Math.min(2 ** 53, Math.ceil(ms)))).toString();
}
