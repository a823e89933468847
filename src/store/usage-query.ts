// What the store holds.
import type { DuckDBConnection } from '@duckdb/node-api';
import { RESOLUTION_MS } from './block-manifest.ts';
import type { StoredBlock } from './block-table.ts';
import type { StoreUsage, Tier, TierUsage } from './profile-store.ts';
import { TIERS } from './profile-store.ts';

/** Of the hot database; `samples` and the times are those of its own samples. */
export type HotUsage = Omit<StoreUsage, 'bytes' | 'hotBytes' | 'memoryLimitBytes' | 'tiers' | 'brokenBlocks'>;

export async function queryUsage(connection: DuckDBConnection): Promise<HotUsage> {
  const row = await connection.runAndReadAll(
    `SELECT (SELECT sum(memory_usage_bytes) FROM duckdb_memory())::DOUBLE,
       (SELECT count(*) FROM samples)::DOUBLE, (SELECT sum(count) FROM samples)::DOUBLE,
       (SELECT count(*) FROM stacks)::DOUBLE,
       (SELECT count(*) FROM locations)::DOUBLE, (SELECT count(*) FROM symbols)::DOUBLE,
       (SELECT count(*) FROM objects)::DOUBLE, (SELECT count(*) FROM processes)::DOUBLE,
       (SELECT min(time_ms) FROM samples)::DOUBLE, (SELECT max(time_ms) FROM samples)::DOUBLE`,
  );
  const at = (column: number) => row.value(column, 0) as number | null;
  return {
    memoryBytes: at(0) ?? 0,
    hotRows: at(1) ?? 0,
    samples: at(2) ?? 0,
    stacks: at(3) ?? 0,
    locations: at(4) ?? 0,
    symbols: at(5) ?? 0,
    objects: at(6) ?? 0,
    processes: at(7) ?? 0,
    oldestMs: at(8),
    newestMs: at(9),
  };
}

/** With what lies in blocks. */
export function usageOf(
  hot: HotUsage,
  blocks: readonly StoredBlock[],
  hotBytes: number,
): Omit<StoreUsage, 'memoryLimitBytes'> {
  const live = blocks.filter(({ state }) => state === 'live');
  const starts = live.map(({ fromMs }) => fromMs);
  const lasts = live.map(({ untilMs, tier }) => untilMs - RESOLUTION_MS[tier]);
  const known = (times: (number | null)[]) => times.filter((ms) => ms !== null);
  const oldest = known([hot.oldestMs, ...starts]);
  const newest = known([hot.newestMs, ...lasts]);
  return {
    ...hot,
    samples: hot.samples + live.reduce((sum, { samples }) => sum + samples, 0),
    oldestMs: oldest.length === 0 ? null : Math.min(...oldest),
    newestMs: newest.length === 0 ? null : Math.max(...newest),
    bytes: hotBytes + blocks.reduce((sum, { bytes }) => sum + bytes, 0),
    hotBytes,
    tiers: Object.fromEntries(TIERS.map((tier) => [tier, tierUsage(live, tier)])) as Record<Tier, TierUsage>,
    brokenBlocks: blocks.length - live.length,
  };
}

function tierUsage(live: readonly StoredBlock[], tier: Tier): TierUsage {
  const usage = { blocks: 0, bytes: 0, rows: 0, samples: 0, weightNs: 0 };
  for (const block of live) {
    if (block.tier !== tier) continue;
    usage.blocks++;
    for (const key of ['bytes', 'rows', 'samples', 'weightNs'] as const) usage[key] += block[key];
  }
  return usage;
}
