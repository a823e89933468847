// What was stored of the compiler's processes within a window: how many stacks are whole, how many have all their names.
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { WALK_BY_POINTER, WALK_ENDS } from '../../src/model/walk-end.ts';

/** The processes that the aim speaks of, by name. */
export const PROGRAMS = ['cc1', 'as', 'ld'] as const;

export interface ProgramStacks {
  program: string;
  samples: number;
  /** Within exec or exit: their memory is gone or another program's, and with it the user stack, for any profiler. */
  ending: number;
  /** The user stack reaches its root. */
  whole: number;
  /** And each user frame has a name, or lies where the file itself (stripped, as Debian ships it) names nothing. */
  named: number;
  /** Distinct user frames of each sample, added up; and those with a function's name. */
  frames: number;
  functions: number;
}

export interface StoredBuild {
  stacks: ProgramStacks[];
  /** How the walks of all of them ended. */
  ends: ReadonlyMap<string, number>;
}

/** ms since the epoch */
export interface BuildWindow {
  fromMs: number;
  untilMs: number;
}

/** From the database of a daemon that has stopped. */
export async function storedBuilds(dataDir: string, windows: readonly BuildWindow[]): Promise<StoredBuild[]> {
  const instance = await DuckDBInstance.create(join(dataDir, 'hot.duckdb'), { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRows();
  try {
    const found: StoredBuild[] = [];
    for (const window of windows) {
      const stacks = (await rows(stacksQuery(window))).map(([program, ...counts]) => {
        const [samples = 0, ending = 0, whole = 0, named = 0, frames = 0, functions = 0] = counts.map(Number);
        return { program: String(program), samples, ending, whole, named, frames, functions };
      });
      const ends = (await rows(endsQuery(window))).map(([end, count]): [string, number] => [
        WALK_ENDS[Number(end)] ?? 'unknown',
        Number(count),
      ]);
      found.push({ stacks, ends: new Map(ends) });
    }
    return found;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const WALK = `walk & ${WALK_BY_POINTER - 1}`;
const [ROOT, EXITING] = [WALK_ENDS.indexOf('root'), WALK_ENDS.indexOf('exiting')];

function picked({ fromMs, untilMs }: BuildWindow): string {
  const names = PROGRAMS.map((name) => `'${name}'`).join(', ');
  return `samples JOIN processes USING (process_id)
    WHERE time_ms BETWEEN ${fromMs} AND ${untilMs} AND comm IN (${names})`;
}

function endsQuery(window: BuildWindow): string {
  return `SELECT ${WALK}, count(*) FROM ${picked(window)} GROUP BY ALL`;
}

/**
 * Per stack: how many user frames it has, how many of them have a name, and whether one has none for a reason that is
 * not its file's. Frames of the kernel, its modules and BPF programs are no user frames.
 */
function stacksQuery(window: BuildWindow): string {
  return `
    WITH picked AS (
        SELECT comm, stack_id, ${WALK} AS walk, count(*) AS n FROM ${picked(window)} GROUP BY ALL),
      frames AS (
        SELECT stack_id, unnest(list_distinct(locations)) AS location
        FROM (SELECT DISTINCT stack_id FROM picked) JOIN stacks USING (stack_id)),
      state AS (
        SELECT stack_id, count(*) AS frames, count(*) FILTER (coalesce(name, '') <> '') AS functions,
          bool_or(coalesce(name, '') = '' AND coalesce(reason, '') NOT IN ('no-symbols', 'not-covered')) AS lost
        FROM frames JOIN locations USING (location) JOIN objects USING (object_id)
          LEFT JOIN symbols USING (location_id)
        WHERE kind NOT IN ('kernel', 'module', 'bpf')
        GROUP BY stack_id)
    SELECT comm, sum(n), coalesce(sum(n) FILTER (walk = ${EXITING}), 0),
      coalesce(sum(n) FILTER (walk = ${ROOT}), 0),
      coalesce(sum(n) FILTER (walk = ${ROOT} AND NOT coalesce(lost, false)), 0),
      coalesce(sum(n * frames), 0), coalesce(sum(n * functions), 0)
    FROM picked LEFT JOIN state USING (stack_id) GROUP BY comm ORDER BY comm`;
}
