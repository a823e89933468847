// Samples of an hour that is over leave the hot database for a block.
import type { DuckDBConnection } from '@duckdb/node-api';
import type { TimeRange } from '../model/selector.ts';
import { columnsOf } from './block-manifest.ts';
import type { BlockSet, NewBlock } from './block-set.ts';
import type { HotDatabase } from './hot-database.ts';
import type { UpkeepStep } from './profile-store.ts';

export const HOUR_MS = 3_600_000;
/** After the end of an hour: batches are seconds late, and what the store refused a little more. */
const GRACE_MS = 60_000;
/**
 * An hour of three busy CPUs has fewer. More make several blocks, and do not wait for the end of the hour: so no step needs
 * much memory, an append waits shortly for the transaction that takes the samples out, and the hot table stays small.
 */
const MAX_ROWS = 1_500_000;
const MINUTE_MS = 60_000;

/** Null where nothing is, or can be, sealed yet. `maxRows`: for tests. */
export async function sealNext(
  database: HotDatabase,
  blocks: BlockSet,
  nowMs: number,
  maxRows = MAX_ROWS,
): Promise<UpkeepStep | null> {
  const range = await database.readForUpkeep((connection) =>
    oldestToSeal(connection, Math.floor((nowMs - GRACE_MS) / MINUTE_MS) * MINUTE_MS, maxRows),
  );
  if (range === null) return null;
  const made = await blocks.make(blockOf(range));
  // Samples of that time came meanwhile, and may go on coming (a clock that was set): not again in this round.
  if (made === null) return null;
  const since = new Date(range.fromMs).toISOString();
  return { did: 'sealed', what: `${made.rows} samples since ${since} sealed as block ${made.id}` };
}

/** The oldest samples before the limit: those of an hour that is over, or of minutes that have enough of them. */
async function oldestToSeal(
  connection: DuckDBConnection,
  limitMs: number,
  maxRows: number,
): Promise<TimeRange | null> {
  const first = await connection.runAndReadAll(
    `SELECT min(time_ms)::DOUBLE FROM samples WHERE time_ms < ${BigInt(limitMs)}`,
  );
  const oldestMs = first.value(0, 0) as number | null;
  if (oldestMs === null) return null;
  const hourMs = Math.floor(oldestMs / HOUR_MS) * HOUR_MS;
  const untilMs = Math.min(hourMs + HOUR_MS, limitMs);
  const minutes = await connection.runAndReadAll(
    `SELECT ((time_ms - ${BigInt(hourMs)}) // ${MINUTE_MS})::DOUBLE AS minute, count(*)::DOUBLE FROM samples
     WHERE time_ms >= ${BigInt(hourMs)} AND time_ms < ${BigInt(untilMs)} GROUP BY minute ORDER BY minute`,
  );
  let rows = 0;
  for (const [minute, count] of minutes.getRows() as [number, number][]) {
    if (rows > 0 && rows + count > maxRows) return { fromMs: hourMs, untilMs: hourMs + minute * MINUTE_MS };
    rows += count;
  }
  return untilMs === hourMs + HOUR_MS ? { fromMs: hourMs, untilMs } : null;
}

function blockOf({ fromMs, untilMs }: TimeRange): NewBlock {
  const within = `time_ms >= ${BigInt(fromMs)} AND time_ms < ${BigInt(untilMs)}`;
  const columns = columnsOf('raw').join(', ');
  return {
    tier: 'raw',
    fromMs,
    replaces: [],
    sorted: false,
    samples: () => Promise.resolve(`SELECT ${columns} FROM samples WHERE ${within}`),
    replace: async ({ connection }, { rows }) => {
      const now = await connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM samples WHERE ${within}`);
      if (now.value(0, 0) !== rows) return false;
      await connection.run(`DELETE FROM samples WHERE ${within}`);
      return true;
    },
  };
}
