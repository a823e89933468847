// What the store holds, and how much of it has names.
import type { DuckDBConnection } from '@duckdb/node-api';
import { UINTEGER } from '@duckdb/node-api';
import type { ObjectId } from '../model/code-object.ts';
import type { TimeRange } from '../model/selector.ts';
import type { ProfileStore, StoreUsage } from './profile-store.ts';
import { Parameters, whereSql } from './selector-sql.ts';

export type Coverage = Awaited<ReturnType<ProfileStore['coverage']>>;

/** Objects listed as gaining most from names. */
const UNRESOLVED_OBJECTS = 50;

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

export async function queryCoverage(connection: DuckDBConnection, range: TimeRange): Promise<Coverage> {
  const parameters = new Parameters();
  await connection.run(
    `CREATE TEMP TABLE leaves AS
     WITH g AS (SELECT s.stack_id, sum(s.count) AS count FROM samples s
       WHERE ${whereSql([], range, '', parameters)} GROUP BY ALL)
     SELECT t.location_ids[1] AS location_id, sum(g.count) AS count
     FROM g LEFT JOIN stacks t ON t.stack_id = g.stack_id GROUP BY ALL`,
    parameters.values,
    parameters.types,
  );
  // A location without a row here has no name yet; one with a reason has none for now.
  const named = `(SELECT location_id FROM symbols WHERE reason = '')`;
  const sums = await connection.runAndReadAll(
    `SELECT coalesce(sum(count), 0)::DOUBLE,
       coalesce(sum(count) FILTER (WHERE location_id IN ${named}), 0)::DOUBLE FROM leaves`,
  );
  const unresolved = await connection.runAndReadAll(
    `SELECT o.object_id, o.build_id, o.path, sum(v.count)::DOUBLE AS samples
     FROM leaves v JOIN locations l ON l.location_id = v.location_id
     JOIN objects o ON o.object_id = l.object_id
     WHERE o.kind <> 'marker' AND v.location_id NOT IN ${named}
     GROUP BY ALL ORDER BY samples DESC, o.path LIMIT $1`,
    [UNRESOLVED_OBJECTS],
    [UINTEGER],
  );
  return {
    samples: sums.value(0, 0) as number,
    namedSamples: sums.value(1, 0) as number,
    unresolved: unresolved.getRows().map(([object, buildId, path, samples]) => ({
      object: object as ObjectId,
      buildId: buildId as string,
      path: path as string,
      samples: samples as number,
    })),
  };
}
