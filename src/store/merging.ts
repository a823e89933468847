// Small raw blocks of some hours become one: what they all refer to is kept once, and a day is few files.
import type { TimeRange } from '../model/selector.ts';
import { columnsOf } from './block-manifest.ts';
import type { BlockSet } from './block-set.ts';
import type { StoredBlock } from './block-table.ts';
import { overlap } from './block-table.ts';
import { sealedSql } from './block-view.ts';
import type { UpkeepStep } from './profile-store.ts';
import { replaceBlocks } from './replacing.ts';
import { HOUR_MS } from './sealing.ts';

/** Of a recording, definitions took 2.8 bytes for each sample in blocks of one hour, 0.5 in one of six. */
const PERIOD_MS = 6 * HOUR_MS;
/** Blocks of more rows are large enough already. */
const SMALL_ROWS = 1_000_000;
/** Of a merged block. */
const MAX_ROWS = 4_500_000;

/** Blocks of the oldest period that is over for an hour, two at least; null where there are none. */
export function planMerge(
  blocks: readonly StoredBlock[],
  pinned: readonly TimeRange[],
  nowMs: number,
): StoredBlock[] | null {
  const periods = new Map<number, StoredBlock[]>();
  for (const block of blocks) {
    const period = Math.floor(block.fromMs / PERIOD_MS);
    const over = (period + 1) * PERIOD_MS + HOUR_MS <= nowMs && block.untilMs <= (period + 1) * PERIOD_MS;
    const small = block.state === 'live' && block.tier === 'raw' && block.rows < SMALL_ROWS;
    if (!over || !small) continue;
    const others = periods.get(period) ?? [];
    periods.set(period, others);
    const rows = others.reduce((sum, other) => sum + other.rows, block.rows);
    const together = { fromMs: others[0]?.fromMs ?? block.fromMs, untilMs: block.untilMs };
    if (rows <= MAX_ROWS && !pinned.some((pin) => overlap(pin, together))) others.push(block);
  }
  return [...periods.values()].find(isWorthIt) ?? null;
}

/** A few samples that came late are not worth writing all others again. */
function isWorthIt(blocks: readonly StoredBlock[]): boolean {
  const total = blocks.reduce((sum, { rows }) => sum + rows, 0);
  return blocks.length > 1 && blocks.every(({ rows }) => rows * 3 <= total * 2);
}

/** Null where one of them was pinned meanwhile. */
export async function mergeBlocks(
  blocks: BlockSet,
  sources: readonly StoredBlock[],
): Promise<UpkeepStep | null> {
  const samples = sealedSql(sources.map(blocks.sealed), columnsOf('raw'));
  // One after the other, each is sorted. Sorting them together took more than 256 MB.
  const made = await replaceBlocks(blocks, { tier: 'raw', sorted: true }, sources, () =>
    Promise.resolve(samples),
  );
  if (made === null) return null;
  const since = new Date(made.fromMs).toISOString();
  const what = `${sources.length} blocks since ${since} (${made.samples} samples) merged as block ${made.id}`;
  return { did: 'merged', what };
}
