// Samples of an hour that is over leave the hot database for a block.
import type { DuckDBConnection } from '@duckdb/node-api';
import type { TimeRange } from '../model/selector.ts';
import { columnsOf } from './block-manifest.ts';
import { SAMPLE_ORDER } from './block-writer.ts';
import type { BlockSet, NewBlock } from './block-set.ts';
import type { HotDatabase } from './hot-database.ts';
import type { UpkeepStep } from './profile-store.ts';

export const HOUR_MS = 3_600_000;
/** After the end of an hour: batches are seconds late, and what the store refused a little more. */
const GRACE_MS = 60_000;
/**
 * An hour of three busy CPUs has fewer. More make several blocks, so that no step needs much memory, nor an append
 * waits long for the transaction that takes the samples out.
 */
const MAX_ROWS = 1_500_000;
const MINUTE_MS = 60_000;

/** Null where no hour that is over has samples here. */
export async function sealNext(
  database: HotDatabase,
  blocks: BlockSet,
  nowMs: number,
): Promise<UpkeepStep | null> {
  const limitMs = Math.floor((nowMs - GRACE_MS) / HOUR_MS) * HOUR_MS;
  const range = await database.readForUpkeep((connection) => oldestUnsealed(connection, limitMs));
  if (range === null) return null;
  const made = await blocks.make(blockOf(range));
  const hour = new Date(range.fromMs).toISOString();
  return made === null
    ? { did: 'sealed', what: `samples since ${hour} came while they were sealed: tried again` }
    : { did: 'sealed', what: `${made.rows} samples since ${hour} sealed as block ${made.id}` };
}

/** The samples of an hour, or of as many of its minutes as have `MAX_ROWS` together. */
async function oldestUnsealed(connection: DuckDBConnection, limitMs: number): Promise<TimeRange | null> {
  const first = await connection.runAndReadAll(
    `SELECT min(time_ms)::DOUBLE FROM samples WHERE time_ms < ${BigInt(limitMs)}`,
  );
  const oldestMs = first.value(0, 0) as number | null;
  if (oldestMs === null) return null;
  const hourMs = Math.floor(oldestMs / HOUR_MS) * HOUR_MS;
  const minutes = await connection.runAndReadAll(
    `SELECT ((time_ms - ${BigInt(hourMs)}) // ${MINUTE_MS})::DOUBLE AS minute, count(*)::DOUBLE FROM samples
     WHERE time_ms >= ${BigInt(hourMs)} AND time_ms < ${BigInt(hourMs + HOUR_MS)} GROUP BY minute ORDER BY minute`,
  );
  let rows = 0;
  for (const [minute, count] of minutes.getRows() as [number, number][]) {
    if (rows > 0 && rows + count > MAX_ROWS) return { fromMs: hourMs, untilMs: hourMs + minute * MINUTE_MS };
    rows += count;
  }
  return { fromMs: hourMs, untilMs: hourMs + HOUR_MS };
}

function blockOf({ fromMs, untilMs }: TimeRange): NewBlock {
  const within = `time_ms >= ${BigInt(fromMs)} AND time_ms < ${BigInt(untilMs)}`;
  const columns = columnsOf('raw').join(', ');
  return {
    tier: 'raw',
    fromMs,
    replaces: [],
    samples: () => Promise.resolve(`SELECT ${columns} FROM samples WHERE ${within} ORDER BY ${SAMPLE_ORDER}`),
    replace: async ({ connection }, { rows }) => {
      const now = await connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM samples WHERE ${within}`);
      if (now.value(0, 0) !== rows) return false;
      await connection.run(`DELETE FROM samples WHERE ${within}`);
      return true;
    },
  };
}
