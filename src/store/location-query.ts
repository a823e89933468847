// What is stored of locations: their objects, places and frames; and the frame that stands for one without a name.
import { basename } from 'node:path';
import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import type { Addressing, CodeObject, ObjectId, ObjectKind } from '../model/code-object.ts';
import type { Frame } from '../model/frame.ts';
import { MARKER_OBJECT, markerLocation, markerName, MARKERS } from '../model/location.ts';
import type { StoredPlaces } from './decoded-stacks.ts';
import { eachChunk, idWords, lists, numbers, optionalTexts, texts } from './each-chunk.ts';
import { highWord, IdIndex, lowWord } from './id-index.ts';
import { wordsOf } from './vector-items.ts';

/** What is stored of the locations in the temporary table `asked_locations` (id); `asked` numbers them. */
export async function fetchLocations(connection: DuckDBConnection, asked: IdIndex): Promise<StoredPlaces> {
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
    `CREATE OR REPLACE TEMP TABLE places AS SELECT l.location_id, l.object_id, l.address FROM locations l
     WHERE l.location_id IN (SELECT id FROM asked_locations)`,
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

async function fetchPlaces(connection: DuckDBConnection, index: IdIndex, objects: readonly CodeObject[]) {
  const objectIndex = new IdIndex();
  for (const { id } of objects) objectIndex.add(lowWord(id), highWord(id));
  // Until found, a location is '[unknown]' of the markers' object: address 0, last of the objects.
  const place = {
    object: new Uint32Array(index.size).fill(objects.length - 1),
    address: new Float64Array(index.size),
  };
  for (const marker of MARKERS) {
    const { id, address } = markerLocation(marker);
    const at = index.find(lowWord(id), highWord(id));
    if (at >= 0) place.address[at] = address;
  }
  await eachChunk(connection, 'SELECT location_id, object_id, address::DOUBLE FROM places', (chunk, rows) => {
    const [id, object] = [idWords(chunk, 0), idWords(chunk, 1)];
    const address = numbers(chunk, 2);
    for (let row = 0; row < rows; row++) {
      const at = index.find(id[2 * row]!, id[2 * row + 1]!);
      const ofObject = objectIndex.find(object[2 * row]!, object[2 * row + 1]!);
      if (at < 0 || ofObject < 0) continue;
      place.object[at] = ofObject;
      place.address[at] = address(row);
    }
  });
  return place;
}

/**
 * Inline chains, innermost first; undefined where there is no name. Frames that say the same are one row and one Frame:
 * where there is no line information a function has dozens of locations, and each text that is read costs.
 */
async function fetchFrames(connection: DuckDBConnection, index: IdIndex): Promise<(Frame[] | undefined)[]> {
  const chains = new Array<Frame[] | undefined>(index.size).fill(undefined);
  await eachChunk(
    connection,
    `SELECT y.depth, y.name, nullif(y.system_name, y.name) AS mangled, y.file, y.line, y."column", y.tier,
       list(y.location_id)
     FROM symbols y
     WHERE y.reason = '' AND y.location_id IN (SELECT id FROM asked_locations)
     GROUP BY ALL ORDER BY y.depth`,
    (chunk, rows) => {
      const frameOf = frameReader(chunk);
      const depth = numbers(chunk, 0);
      const list = lists(chunk, 7);
      const ids = wordsOf(list.childVector);
      for (let row = 0; row < rows; row++) {
        const frame = [frameOf(row)];
        const first = list.getEntryOffset(row);
        const last = first + list.getEntryLength(row);
        for (let entry = first; entry < last; entry++) {
          const at = index.find(ids[2 * entry]!, ids[2 * entry + 1]!);
          // Chains of one frame are shared, so they are not added to.
          if (at >= 0) chains[at] = depth(row) === 0 ? frame : [...(chains[at] ?? []), ...frame];
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
