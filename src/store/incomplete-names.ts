// Locations that better symbols could still name: those without a function, and those without a line.
import type { DuckDBConnection } from '@duckdb/node-api';
import { BIGINT, UBIGINT, UINTEGER, VARCHAR } from '@duckdb/node-api';
import type { ObjectId } from '../model/code-object.ts';
import type { Frame, MissReason } from '../model/frame.ts';
import { UNREAD_REASONS } from '../model/frame.ts';
import type { LocationId, ObjectAddress } from '../model/location.ts';
import { objectOfRow } from './location-query.ts';
import type { IncompleteObject, NamedAgain, StoredName } from './profile-store.ts';
import type { Statements } from './statements.ts';

/** Of the first row `y` of a location: a miss, or a function without a line. */
const INCOMPLETE = `y.depth = 0 AND (y.reason <> '' OR y.line = 0)`;
const UNREAD = `y.reason IN (${UNREAD_REASONS.map((reason) => `'${reason}'`).join(', ')})`;

export async function readIncompleteObjects(
  connection: DuckDBConnection,
  limit: number,
  beyond: bigint,
): Promise<IncompleteObject[]> {
  const rows = await connection.runAndReadAll(
    `SELECT o.object_id, o.kind, o.build_id, o.path, o.size::DOUBLE, o.addressing,
       v.version, i.unread::DOUBLE, coalesce(v.unread, 0)::DOUBLE
     FROM (
       SELECT l.object_id, count(*) FILTER (WHERE ${UNREAD}) AS unread
       FROM symbols y JOIN locations l ON l.location_id = y.location_id
       WHERE ${INCOMPLETE} GROUP BY l.object_id
     ) i JOIN objects o ON o.object_id = i.object_id
     LEFT JOIN object_names v ON v.object_id = i.object_id
     WHERE o.kind <> 'marker' AND o.object_id > $2
     ORDER BY o.object_id LIMIT $1`,
    [limit, beyond],
    [UINTEGER, UBIGINT],
  );
  return rows.getRows().map((row) => {
    const [version, unread, unreadThen] = row.slice(6);
    return {
      object: objectOfRow(row),
      version: version as string | null,
      unread: unread as number,
      unreadThen: unreadThen as number,
    };
  });
}

export async function readIncompleteLocations(
  connection: DuckDBConnection,
  object: ObjectId,
  beyond: number,
  limit: number,
): Promise<StoredName[]> {
  const rows = await connection.runAndReadAll(
    `SELECT n.location_id, n.address::DOUBLE, y.reason, y.name, y.system_name, y.file, y.line, y."column"
     FROM (
       SELECT l.location_id, l.address FROM locations l JOIN symbols y ON y.location_id = l.location_id
       WHERE l.object_id = $1 AND l.address::BIGINT > $2 AND ${INCOMPLETE}
       ORDER BY l.address LIMIT $3
     ) n JOIN symbols y ON y.location_id = n.location_id ORDER BY n.address, y.depth`,
    [object, BigInt(beyond), limit],
    [UBIGINT, BIGINT, UINTEGER],
  );
  const names = new Map<bigint, StoredName>();
  for (const [id, address, reason, ...frameRow] of rows.getRows()) {
    const known = names.get(id as bigint);
    if (known?.result.ok === true) known.result.frames.push(frameOfRow(frameRow));
    if (known !== undefined) continue;
    names.set(id as bigint, {
      location: { id: id as LocationId, object, address: address as ObjectAddress },
      result:
        reason === ''
          ? { ok: true, frames: [frameOfRow(frameRow)] }
          : { ok: false, reason: reason as MissReason },
    });
  }
  return [...names.values()];
}

function frameOfRow(row: readonly unknown[]): Frame {
  const [name, systemName, file, line, column] = row;
  return {
    name: name as string,
    systemName: systemName as string,
    file: file as string,
    line: line as number,
    column: column as number,
  };
}

/** Replaces what was remembered of the object. */
export async function writeNamedAgain(
  statements: Statements,
  { object, version, unread }: NamedAgain,
): Promise<void> {
  await statements.run('DELETE FROM object_names WHERE object_id = $1', [object], [UBIGINT]);
  await statements.run(
    'INSERT INTO object_names VALUES ($1, $2, $3)',
    [object, version, unread],
    [UBIGINT, VARCHAR, UINTEGER],
  );
}
