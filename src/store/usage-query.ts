// What the store holds.
import type { DuckDBConnection } from '@duckdb/node-api';
import type { StoreUsage } from './profile-store.ts';

export async function queryUsage(
  connection: DuckDBConnection,
): Promise<Omit<StoreUsage, 'bytes' | 'memoryLimitBytes'>> {
  const row = await connection.runAndReadAll(
    `SELECT (SELECT sum(memory_usage_bytes) FROM duckdb_memory())::DOUBLE,
       (SELECT count(*) FROM samples)::DOUBLE, (SELECT count(*) FROM stacks)::DOUBLE,
       (SELECT count(*) FROM locations)::DOUBLE, (SELECT count(*) FROM symbols)::DOUBLE,
       (SELECT count(*) FROM objects)::DOUBLE, (SELECT count(*) FROM processes)::DOUBLE,
       (SELECT min(time_ms) FROM samples)::DOUBLE, (SELECT max(time_ms) FROM samples)::DOUBLE`,
  );
  const at = (column: number) => row.value(column, 0) as number | null;
  return {
    memoryBytes: at(0) ?? 0,
    samples: at(1) ?? 0,
    stacks: at(2) ?? 0,
    locations: at(3) ?? 0,
    symbols: at(4) ?? 0,
    objects: at(5) ?? 0,
    processes: at(6) ?? 0,
    oldestMs: at(7),
    newestMs: at(8),
  };
}
