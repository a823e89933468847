// Blocks of a certain age become sums: of ten seconds, then of a minute.
import type { DuckDBConnection } from '@duckdb/node-api';
import type { TimeRange } from '../model/selector.ts';
import { columnsOf, KEPT_COLUMNS, RESOLUTION_MS } from './block-manifest.ts';
import type { BlockSet } from './block-set.ts';
import type { StoredBlock } from './block-table.ts';
import { overlap } from './block-table.ts';
import { sealedSql } from './block-view.ts';
import type { Tier, UpkeepPolicy, UpkeepStep } from './profile-store.ts';
import { replaceBlocks } from './replacing.ts';
import { HOUR_MS } from './sealing.ts';

const DAY_MS = 24 * HOUR_MS;
/** Sums of ten seconds are kept as long, then sums of a minute. */
export const TEN_SECONDS_FOR_MS = 7 * DAY_MS;
/** Rows read for one block. More of the same hour or day make another. */
const MAX_ROWS = 8_000_000;

/** Blocks of one tier, of one hour or day that is old enough, that become one block of the next tier. */
export interface RollUp {
  tier: Tier;
  sources: StoredBlock[];
}

/** The oldest first; null where nothing is old enough. Pinned windows stay as they are, and in no other block's time. */
export function planRollUp(
  blocks: readonly StoredBlock[],
  pinned: readonly TimeRange[],
  { rawForMs }: UpkeepPolicy,
  nowMs: number,
): RollUp | null {
  const live = blocks.filter(({ state }) => state === 'live');
  const tenSecondsForMs = Math.max(rawForMs, TEN_SECONDS_FOR_MS);
  const hour = oldestOf(live, pinned, { tier: 'raw', periodMs: HOUR_MS, beforeMs: nowMs - rawForMs });
  if (hour !== null) return { tier: '10s', sources: hour };
  const day = oldestOf(live, pinned, { tier: '10s', periodMs: DAY_MS, beforeMs: nowMs - tenSecondsForMs });
  return day === null ? null : { tier: '1min', sources: day };
}

/** Blocks of the oldest period that has any, as many as may become one. */
function oldestOf(
  blocks: readonly StoredBlock[],
  pinned: readonly TimeRange[],
  { tier, periodMs, beforeMs }: { tier: Tier; periodMs: number; beforeMs: number },
): StoredBlock[] | null {
  const periodOf = (block: StoredBlock) => Math.floor(block.fromMs / periodMs);
  const isFree = (range: TimeRange) => !pinned.some((pin) => overlap(pin, range));
  const old = blocks.filter((block) => block.tier === tier && block.untilMs <= beforeMs && isFree(block));
  const first = old.find((block) => (periodOf(block) + 1) * periodMs <= beforeMs);
  if (first === undefined) return null;
  let rows = 0;
  return old.filter((block) => {
    const together = { fromMs: first.fromMs, untilMs: block.untilMs };
    if (periodOf(block) !== periodOf(first) || !isFree(together)) return false;
    if (rows > 0 && rows + block.rows > MAX_ROWS) return false;
    rows += block.rows;
    return true;
  });
}

/** Null where one of them was pinned meanwhile. */
export async function rollUp(blocks: BlockSet, { tier, sources }: RollUp): Promise<UpkeepStep | null> {
  const made = await replaceBlocks(blocks, { tier, sorted: false }, sources, (connection) =>
    sumUp(connection, blocks, tier, sources),
  );
  if (made === null) return null;
  const since = new Date(made.fromMs).toISOString();
  const what = `${sources.length} blocks since ${since} (${made.samples} samples) rolled up as block ${made.id}`;
  return { did: 'rolled-up', what };
}

/** Hour by hour, so that what is summed up at once stays small; resolves to the query for the sums. */
async function sumUp(
  connection: DuckDBConnection,
  blocks: BlockSet,
  tier: Tier,
  sources: readonly StoredBlock[],
): Promise<string> {
  const ms = RESOLUTION_MS[tier];
  let into = 'CREATE TEMP TABLE rolled AS';
  for (const source of sources) {
    const { fromMs, untilMs } = source;
    for (let hour = Math.floor(fromMs / HOUR_MS); hour * HOUR_MS < untilMs; hour++) {
      const where = `time_ms >= ${hour * HOUR_MS} AND time_ms < ${(hour + 1) * HOUR_MS}`;
      const samples = sealedSql([blocks.sealed(source)], KEPT_COLUMNS, { where });
      // Samples that were taken at another rate stay apart: the period of a row is its weight by its count.
      await connection.run(
        `${into} SELECT time_ms // ${ms} * ${ms} AS time_ms, process_id, thread, stack_id, kind,
           sum(count)::UBIGINT AS count, sum(weight_ns)::UBIGINT AS weight_ns
         FROM (${samples})
         GROUP BY time_ms // ${ms}, process_id, thread, stack_id, kind, weight_ns // greatest(count, 1)`,
      );
      into = 'INSERT INTO rolled';
    }
  }
  return `SELECT ${columnsOf(tier).join(', ')} FROM rolled`;
}
