// Names, apart from stacks: what was not named, or named badly, can be named again at any time.
import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBListValue, LIST, UBIGINT, UINTEGER, USMALLINT, VARCHAR } from '@duckdb/node-api';
import type { CodeObject } from '../model/code-object.ts';
import type { Frame } from '../model/frame.ts';
import type { Location, LocationId, ObjectAddress } from '../model/location.ts';
import { appendRows, valueColumn } from './append-rows.ts';
import { objectOfRow } from './location-query.ts';
import type { SymbolRow } from './profile-store.ts';
import type { Statements } from './statements.ts';

interface StoredFrame {
  location: LocationId;
  depth: number;
  frame: Frame;
  reason: string;
}

const NO_FRAME: Frame = { name: '', systemName: '', file: '', line: 0, column: 0 };

/** Replaces whatever was known of the locations; `isNew` tells those of which nothing was, so that nothing is looked up. */
export async function writeSymbols(
  statements: Statements,
  rows: readonly SymbolRow[],
  isNew: (location: bigint) => boolean,
): Promise<void> {
  if (rows.length === 0) return;
  const { connection } = statements;
  const latest = new Map(rows.map((row) => [row.location as bigint, row]));
  const replaced = [...latest.keys()].filter((location) => !isNew(location));
  if (replaced.length > 0) {
    await statements.run(
      'DELETE FROM symbols WHERE location_id IN (SELECT unnest($1))',
      [new DuckDBListValue(replaced)],
      [LIST(UBIGINT)],
    );
  }
  const frames = [...latest.values()].flatMap(storedFrames);
  const at = (row: number) => frames[row]!;
  await appendRows(connection, 'symbols', frames.length, [
    valueColumn(UBIGINT, (row) => at(row).location),
    valueColumn(USMALLINT, (row) => at(row).depth),
    valueColumn(VARCHAR, (row) => at(row).frame.name),
    valueColumn(VARCHAR, (row) => at(row).frame.systemName),
    valueColumn(VARCHAR, (row) => at(row).frame.file),
    valueColumn(UINTEGER, (row) => at(row).frame.line),
    valueColumn(UINTEGER, (row) => at(row).frame.column),
    valueColumn(VARCHAR, (row) => at(row).reason),
    valueColumn(VARCHAR, (row) => at(row).frame.tier ?? null),
  ]);
}

/** An empty chain names nothing: it is kept as a miss, so that the location is not asked for again and again. */
function storedFrames({ location, result }: SymbolRow): StoredFrame[] {
  if (result.ok && result.frames.length > 0) {
    return result.frames.map((frame, depth) => ({ location, depth, frame, reason: '' }));
  }
  return [{ location, depth: 0, frame: NO_FRAME, reason: result.ok ? 'not-covered' : result.reason }];
}

/** Locations with neither a name nor a miss, by object. Markers are their own names. */
export async function readUnnamed(
  connection: DuckDBConnection,
  limit: number,
): Promise<{ object: CodeObject; locations: Location[] }[]> {
  const rows = await connection.runAndReadAll(
    `SELECT l.location_id, l.address::DOUBLE, o.object_id, o.kind, o.build_id, o.path, o.size::DOUBLE, o.addressing
     FROM (
       SELECT n.* FROM locations n ANTI JOIN symbols y ON y.location_id = n.location_id
       WHERE n.object_id NOT IN (SELECT object_id FROM objects WHERE kind = 'marker')
       ORDER BY n.object_id, n.address LIMIT $1
     ) l JOIN objects o ON o.object_id = l.object_id ORDER BY o.object_id, l.address`,
    [limit],
    [UINTEGER],
  );
  const groups = new Map<bigint, { object: CodeObject; locations: Location[] }>();
  for (const [id, address, ...objectRow] of rows.getRows()) {
    const object = objectOfRow(objectRow);
    const group = groups.get(object.id) ?? { object, locations: [] };
    group.locations.push({ id: id as LocationId, object: object.id, address: address as ObjectAddress });
    groups.set(object.id, group);
  }
  return [...groups.values()];
}
