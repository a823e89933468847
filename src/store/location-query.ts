// What is stored of locations: their objects, places and frames; and the frame that stands for one without a name.
import { basename } from 'node:path';
import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import type { Addressing, CodeObject, ObjectId, ObjectKind } from '../model/code-object.ts';
import type { Frame } from '../model/frame.ts';
import { MARKER_OBJECT, markerName } from '../model/location.ts';
import type { StoredPlaces } from './decoded-stacks.ts';
import { eachChunk, idWords, lists, numbers, optionalTexts, texts } from './each-chunk.ts';
import { highWord, IdIndex, lowWord } from './id-index.ts';
import { uintegersOf } from './vector-items.ts';

/** What is stored of the locations in the temporary table `asked_locations`: `location`, and `no`, from 0 up to `asked`. */
export async function fetchLocations(connection: DuckDBConnection, asked: number): Promise<StoredPlaces> {
  const objects = await fetchObjects(connection);
  const places = await fetchPlaces(connection, asked, objects);
  return { ...places, chains: await fetchFrames(connection, asked), objects };
}

/**
 * Leaves a temporary table `places`: the asked locations that are stored. The markers' object comes last: it also
 * answers for a location that is not stored.
 */
async function fetchObjects(connection: DuckDBConnection): Promise<CodeObject[]> {
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE places AS SELECT a.no, l.location_id, l.object_id, l.address
     FROM asked_locations a JOIN locations l ON l.location = a.location`,
  );
  const rows = await connection.runAndReadAll(
    `SELECT o.object_id, o.kind, o.build_id, o.path, o.size::DOUBLE, o.addressing FROM objects o
     WHERE o.object_id IN (SELECT object_id FROM places)`,
  );
  const objects = rows.getRows().map(objectOfRow);
  return [...objects.filter(({ id }) => id !== MARKER_OBJECT.id), MARKER_OBJECT];
}

export function objectOfRow(row: readonly unknown[]): CodeObject {
  const [id, kind, buildId, path, size, addressing] = row;
  return {
    id: id as ObjectId,
    kind: kind as ObjectKind,
    buildId: buildId as string,
    path: path as string,
    size: size as number,
    addressing: addressing as Addressing,
  };
}

async function fetchPlaces(connection: DuckDBConnection, asked: number, objects: readonly CodeObject[]) {
  const objectIndex = new IdIndex();
  for (const { id } of objects) objectIndex.add(lowWord(id), highWord(id));
  // Until found, a location is '[unknown]' of the markers' object: address 0, last of the objects.
  const place = {
    idWords: new Uint32Array(2 * asked),
    object: new Uint32Array(asked).fill(objects.length - 1),
    address: new Float64Array(asked),
  };
  const sql = 'SELECT no, location_id, object_id, address::DOUBLE FROM places';
  await eachChunk(connection, sql, (chunk, rows) => {
    const [id, object] = [idWords(chunk, 1), idWords(chunk, 2)];
    const [no, address] = [numbers(chunk, 0), numbers(chunk, 3)];
    for (let row = 0; row < rows; row++) {
      const ofObject = objectIndex.find(object[2 * row]!, object[2 * row + 1]!);
      if (ofObject < 0) continue;
      place.idWords.set(id.subarray(2 * row, 2 * row + 2), 2 * no(row));
      place.object[no(row)] = ofObject;
      place.address[no(row)] = address(row);
    }
  });
  return place;
}

/**
 * Inline chains, innermost first; undefined where there is no name. Frames that say the same are one row and one Frame:
 * where there is no line information a function has dozens of locations, and each text that is read costs.
 */
async function fetchFrames(connection: DuckDBConnection, asked: number): Promise<(Frame[] | undefined)[]> {
  const chains = new Array<Frame[] | undefined>(asked).fill(undefined);
  await eachChunk(
    connection,
    `SELECT y.depth, y.name, nullif(y.system_name, y.name) AS mangled, y.file, y.line, y."column", y.tier,
       list(p.no)
     FROM symbols y JOIN places p ON p.location_id = y.location_id
     WHERE y.reason = ''
     GROUP BY ALL ORDER BY y.depth`,
    (chunk, rows) => {
      const frameOf = frameReader(chunk);
      const depth = numbers(chunk, 0);
      const list = lists(chunk, 7);
      const places = uintegersOf(list.childVector);
      for (let row = 0; row < rows; row++) {
        const frame = [frameOf(row)];
        const first = list.getEntryOffset(row);
        const last = first + list.getEntryLength(row);
        for (let entry = first; entry < last; entry++) {
          const at = places[entry]!;
          // Chains of one frame are shared, so they are not added to.
          chains[at] = depth(row) === 0 ? frame : [...(chains[at] ?? []), ...frame];
        }
      }
    },
  );
  return chains;
}

/** Of rows of depth, name, linkage name where it is another, file, line, column, tier. */
function frameReader(chunk: DuckDBDataChunk): (row: number) => Frame {
  const [name, mangled, file, tier] = [
    texts(chunk, 1),
    optionalTexts(chunk, 2),
    texts(chunk, 3),
    optionalTexts(chunk, 6),
  ];
  const [line, column] = [numbers(chunk, 4), numbers(chunk, 5)];
  return (row) => {
    const text = name(row);
    const frame: Frame = {
      name: text,
      systemName: mangled(row) ?? text,
      file: file(row),
      line: line(row),
      column: column(row),
    };
    const compiled = tier(row);
    if (compiled !== null) frame.tier = compiled;
    return frame;
  };
}

/** What is shown for a location that has no name: it is still in an object, or stands for what was not there. */
export function standIn(object: CodeObject, address: number): Frame {
  const name = standInName(object, address);
  return { name, systemName: name, file: '', line: 0, column: 0 };
}

function standInName(object: CodeObject, address: number): string {
  switch (object.kind) {
    case 'marker':
      return markerName(object, address);
    case 'kernel':
      return '[kernel]';
    case 'jit':
      return '[jit]';
    case 'elf':
    case 'module':
    case 'bpf':
    case 'vdso': {
      const name = basename(object.path).replace(/^\[(.*)\]$/, '$1');
      return `[${name === '' ? object.kind : name}]`;
    }
  }
}
