// Stored samples of some processes: how their walks ended and what is in their stacks, from the database of a daemon that has stopped.
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { WALK_BY_POINTER, WALK_ENDS } from '../../src/model/walk-end.ts';

export interface WindowOf {
  pids: readonly number[];
  /** ms since the epoch. */
  fromMs: number;
  untilMs: number;
}

/** Samples by how the walk of their user stack ended. */
export type WalkCounts = ReadonlyMap<string, number>;

export interface StoredWindow {
  walks: WalkCounts;
  samples: number;
  /** Functions of files, by name (the file in brackets where there is none): share of CPU time with them in the stack. */
  inclusive: ReadonlyMap<string, number>;
}

/** One answer per window. */
export async function storedWindows(dataDir: string, windows: readonly WindowOf[]): Promise<StoredWindow[]> {
  const instance = await DuckDBInstance.create(join(dataDir, 'hot.duckdb'), { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  const pairs = async (sql: string): Promise<[string, number][]> => {
    const rows = (await connection.runAndReadAll(sql)).getRows();
    return rows.map(([key, count]) => [String(key), Number(count)]);
  };
  try {
    const found: StoredWindow[] = [];
    for (const window of windows) {
      const ends = await pairs(walksQuery(window));
      const walks = new Map(ends.map(([end, count]) => [WALK_ENDS[Number(end)] ?? 'unknown', count]));
      const samples = ends.reduce((sum, [, count]) => sum + count, 0);
      const inclusive = new Map(await pairs(functionsQuery(window)));
      found.push({ walks, samples, inclusive });
    }
    return found;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function picked({ pids, fromMs, untilMs }: WindowOf): string {
  return `samples JOIN processes USING (process_id)
    WHERE time_ms BETWEEN ${fromMs} AND ${untilMs} AND list_contains([${pids.join(', ')}]::UINTEGER[], pid)`;
}

function walksQuery(window: WindowOf): string {
  return `SELECT walk & ${WALK_BY_POINTER - 1}, count(*) FROM ${picked(window)} GROUP BY ALL`;
}

/** Once per stack, however often a function recurs in it. */
function functionsQuery(window: WindowOf): string {
  return `
    WITH picked AS (SELECT stack_id, sum(weight_ns) AS ns FROM ${picked(window)} GROUP BY stack_id),
      frames AS (SELECT stack_id, ns, unnest(list_distinct(locations)) AS location FROM picked JOIN stacks USING (stack_id)),
      named AS (
        SELECT DISTINCT stack_id, ns,
          CASE WHEN coalesce(name, '') <> '' THEN name ELSE '[' || parse_filename(path) || ']' END AS function
        FROM frames JOIN locations USING (location) JOIN objects USING (object_id)
          LEFT JOIN symbols USING (location_id)
        WHERE path LIKE '/%')
    SELECT function, sum(ns) / (SELECT sum(ns) FROM picked) FROM named GROUP BY function`;
}

/** Walks that reached the root, of those that had a user stack. */
export function wholeShare(counts: WalkCounts): number {
  const walks = [...counts].reduce((sum, [end, count]) => sum + (end === 'noUserStack' ? 0 : count), 0);
  return (counts.get('root') ?? 0) / walks;
}
