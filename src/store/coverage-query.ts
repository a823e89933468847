// How well the samples of a window are named, and which objects would gain most from better symbols.
import type { DuckDBConnection } from '@duckdb/node-api';
import { UINTEGER } from '@duckdb/node-api';
import type { ObjectId } from '../model/code-object.ts';
import type { CoverageLevel } from '../model/coverage.ts';
import type { MissReason } from '../model/frame.ts';
import type { TimeRange } from '../model/selector.ts';
import { objectOfRow } from './location-query.ts';
import { Parameters } from './parameters.ts';
import type { Coverage, GainingObject } from './profile-store.ts';
import { whereSql } from './selector-sql.ts';

const UNRESOLVED_OBJECTS = 50;
const GAINING_OBJECTS = 20;

export async function queryCoverage(connection: DuckDBConnection, range: TimeRange): Promise<Coverage> {
  await findLeaves(connection, range);
  const byLevel = await sumLevels(connection);
  const { line, object, nothing } = byLevel;
  return {
    samples: line + byLevel.function + object + nothing,
    namedSamples: line + byLevel.function,
    byLevel,
    unresolved: await unresolvedObjects(connection),
    gain: await gainingObjects(connection),
  };
}

/** Leaves a temporary table `leaves`: each leaf of the window with its samples, its object and how well it is named. */
async function findLeaves(connection: DuckDBConnection, range: TimeRange): Promise<void> {
  const parameters = new Parameters();
  // The first row of an inline chain says what its location has; a location without a row has no name yet.
  await connection.run(
    `CREATE TEMP TABLE leaves AS
     WITH stacked AS (SELECT s.stack_id, sum(s.count) AS count FROM samples s
       WHERE ${whereSql([], range, '', parameters)} GROUP BY ALL),
     leaf AS (SELECT t.locations[1] AS location, sum(g.count) AS count
       FROM stacked g LEFT JOIN stacks t ON t.stack_id = g.stack_id GROUP BY ALL)
     SELECT o.object_id, v.count, coalesce(y.reason, '') AS reason,
       CASE WHEN y.line > 0 THEN 'line' WHEN y.reason = '' THEN 'function'
         WHEN o.kind <> 'marker' THEN 'object' ELSE 'nothing' END AS level
     FROM leaf v
     LEFT JOIN locations l ON l.location = v.location
     LEFT JOIN symbols y ON y.location_id = l.location_id AND y.depth = 0
     LEFT JOIN objects o ON o.object_id = l.object_id`,
    parameters.values,
    parameters.types,
  );
}

async function sumLevels(connection: DuckDBConnection): Promise<Coverage['byLevel']> {
  const rows = await connection.runAndReadAll('SELECT level, sum(count)::DOUBLE FROM leaves GROUP BY level');
  const byLevel: Coverage['byLevel'] = { line: 0, function: 0, object: 0, nothing: 0 };
  for (const [level, samples] of rows.getRows()) byLevel[level as CoverageLevel] = samples as number;
  return byLevel;
}

async function unresolvedObjects(connection: DuckDBConnection): Promise<Coverage['unresolved']> {
  const rows = await connection.runAndReadAll(
    `SELECT o.object_id, o.build_id, o.path, sum(v.count)::DOUBLE AS samples
     FROM leaves v JOIN objects o ON o.object_id = v.object_id
     WHERE v.level = 'object' GROUP BY ALL ORDER BY samples DESC, o.path LIMIT $1`,
    [UNRESOLVED_OBJECTS],
    [UINTEGER],
  );
  return rows.getRows().map(([object, buildId, path, samples]) => ({
    object: object as ObjectId,
    buildId: buildId as string,
    path: path as string,
    samples: samples as number,
  }));
}

/** A JIT region's path names its process, of which the latest image with that number is taken. */
async function gainingObjects(connection: DuckDBConnection): Promise<GainingObject[]> {
  const rows = await connection.runAndReadAll(
    `WITH gaining AS (
       SELECT o.object_id, o.kind, o.build_id, o.path, o.size::DOUBLE AS size, o.addressing,
         sum(v.count)::DOUBLE AS samples,
         coalesce(sum(v.count) FILTER (WHERE v.level = 'function'), 0)::DOUBLE AS named,
         coalesce(arg_max(v.reason, v.count) FILTER (WHERE v.reason <> ''), '') AS reason
       FROM leaves v JOIN objects o ON o.object_id = v.object_id
       WHERE v.level IN ('function', 'object') GROUP BY ALL ORDER BY samples DESC, o.path LIMIT $1)
     SELECT g.*, coalesce(arg_max(p.exe, p.start_ms), '') FROM gaining g
     LEFT JOIN processes p ON g.kind = 'jit' AND '[jit ' || p.pid || ']' = g.path
     GROUP BY ALL ORDER BY g.samples DESC, g.path`,
    [GAINING_OBJECTS],
    [UINTEGER],
  );
  return rows.getRows().map((row) => {
    const [samples, named, reason, exe] = row.slice(6);
    return {
      object: objectOfRow(row),
      samples: samples as number,
      has: (named as number) * 2 >= (samples as number) ? 'function' : 'object',
      reason: reason as MissReason | '',
      exe: exe as string,
    };
  });
}
