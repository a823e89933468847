// Hot samples and those of blocks as one table: whatever asks `samples` on the connection reads both.
import type { DuckDBConnection } from '@duckdb/node-api';
import type { TimeRange } from '../model/selector.ts';
import type { KEPT_COLUMNS, RAW_COLUMNS } from './block-manifest.ts';
import type { Tier } from './profile-store.ts';
import { globText, sqlText } from './sql-text.ts';

/** A samples.parquet. */
export interface SamplesFile {
  path: string;
  tier: Tier;
}

/** `read_parquet` of files that have the same columns. */
export function parquetSql(paths: readonly string[]): string {
  return `read_parquet([${paths.map((path) => sqlText(globText(path))).join(', ')}])`;
}

/** Columns in the order of the table `samples`, with the types that they have where a block lacks them. */
const ORDER = [
  'time_ms', 'cpu', 'process_id', 'tid', 'thread', 'stack_id', 'kind', 'count', 'weight_ns', 'walk',
] as const satisfies readonly ((typeof KEPT_COLUMNS)[number] | (typeof RAW_COLUMNS)[number])[]; // prettier-ignore
const TYPES: Readonly<Record<string, string>> = { cpu: 'USMALLINT', tid: 'UINTEGER', walk: 'UTINYINT' };
const ROLLED = ORDER.map((name) => (name in TYPES ? `NULL::${TYPES[name]} AS ${name}` : name));

/**
 * Leaves a view `samples`, until the end of the transaction, that hides the table. Its rows from blocks are those of the
 * range. The bounds are in its text, so that DuckDB knows them when it decides which row groups to read.
 */
export async function viewOverBlocks(
  connection: DuckDBConnection,
  files: readonly SamplesFile[],
  range: TimeRange,
): Promise<void> {
  if (files.length === 0) return;
  const raw = files.filter(({ tier }) => tier === 'raw').map(({ path }) => path);
  const rolled = files.filter(({ tier }) => tier !== 'raw').map(({ path }) => path);
  const parts = [`SELECT ${ORDER.join(', ')} FROM hot.main.samples`];
  if (raw.length > 0) parts.push(selectSql(ORDER, raw, range));
  if (rolled.length > 0) {
    parts.push(selectSql(ROLLED, rolled, range));
  }
  await connection.run(`CREATE TEMP VIEW samples AS ${parts.join(' UNION ALL ')}`);
}

/** A query for samples of one tier that lie in the range; undefined where there are none. `anyBlock`: the view is there. */
export function samplesOfTier(
  tier: Tier,
  paths: readonly string[],
  range: TimeRange,
  anyBlock: boolean,
): string | undefined {
  const hot = `SELECT ${ORDER.join(', ')} FROM ${anyBlock ? 'hot.main.samples' : 'samples'}`;
  if (tier === 'raw') return paths.length === 0 ? hot : `${hot} UNION ALL ${selectSql(ORDER, paths, range)}`;
  return paths.length === 0 ? undefined : selectSql(ROLLED, paths, range);
}

function selectSql(columns: readonly string[], paths: readonly string[], range: TimeRange): string {
  const [from, until] = [range.fromMs, range.untilMs].map(wholeMs);
  return `SELECT ${columns.join(', ')} FROM ${parquetSql(paths)} WHERE time_ms >= ${from} AND time_ms < ${until}`;
}

/** Times are whole ms, so a bound may be the next one; within what BIGINT and the text of a number can be. */
function wholeMs(ms: number): string {
  return BigInt(Math.max(-(2 ** 53), Math.min(2 ** 53, Math.ceil(ms)))).toString();
}
