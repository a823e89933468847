// Reads the stacks of a question, and their locations, as far as they are not known yet.
import type { DuckDBConnection } from '@duckdb/node-api';
import { UBIGINT, UINTEGER } from '@duckdb/node-api';
import { appendTemporary, packedColumn } from './append-rows.ts';
import type { DecodedStacks } from './decoded-stacks.ts';
import { eachChunk, idWords, lists } from './each-chunk.ts';
import { IdIndex } from './id-index.ts';
import { fetchLocations } from './location-query.ts';
import type { StacksInUse } from './recent-stacks.ts';
import { uintegersOf } from './vector-items.ts';

/** Resolves to the stacks' numbers in `decoded`, by their numbers in `asked`. */
export async function decode(
  connection: DuckDBConnection,
  { decoded, upToDate }: StacksInUse,
  asked: IdIndex,
): Promise<Uint32Array> {
  await decodeMissing(connection, decoded, asked);
  const { words } = asked;
  const stacks = new Uint32Array(asked.size);
  for (let at = 0; at < asked.size; at++) {
    stacks[at] = decoded.findStack(words[2 * at]!, words[2 * at + 1]!);
  }
  const unread = decoded.unread(stacks);
  if (unread.length > 0) {
    await askForLocations(connection, decoded, unread);
    const stored = await fetchLocations(connection, unread.length);
    decoded.place(unread, stored, upToDate());
  }
  return stacks;
}

/** Leaves the temporary table that `fetchLocations` reads. */
async function askForLocations(
  connection: DuckDBConnection,
  decoded: DecodedStacks,
  locations: Uint32Array,
): Promise<void> {
  await connection.run('CREATE OR REPLACE TEMP TABLE asked_locations (no UINTEGER, location UINTEGER)');
  await appendTemporary(connection, 'asked_locations', locations.length, [
    packedColumn(UINTEGER, Uint32Array.from(locations.keys())),
    packedColumn(
      UINTEGER,
      locations.map((location) => decoded.storedNumber(location)),
    ),
  ]);
}

async function decodeMissing(
  connection: DuckDBConnection,
  decoded: DecodedStacks,
  asked: IdIndex,
): Promise<void> {
  const missing = new IdIndex();
  for (let at = 0, { words } = asked; at < words.length; at += 2) {
    if (decoded.findStack(words[at]!, words[at + 1]!) < 0) missing.add(words[at]!, words[at + 1]!);
  }
  if (missing.size === 0) return;
  await askFor(connection, 'asked_stacks', missing.ids);
  await eachChunk(
    connection,
    'SELECT t.stack_id, t.locations FROM stacks t WHERE t.stack_id IN (SELECT id FROM asked_stacks)',
    (chunk, rows) => {
      const id = idWords(chunk, 0);
      const list = lists(chunk, 1);
      const locations = uintegersOf(list.childVector);
      for (let row = 0; row < rows; row++) {
        const first = list.getEntryOffset(row);
        const last = first + list.getEntryLength(row);
        if (last > first) decoded.addStack(id[2 * row]!, id[2 * row + 1]!, locations.subarray(first, last));
      }
    },
  );
  // Those that were not found, which the writer does not let happen.
  for (let at = 0, { words } = missing; at < words.length; at += 2) {
    decoded.addLostStack(words[at]!, words[at + 1]!);
  }
}

/** Leaves the ids in a temporary table with a column `id`. */
export async function askFor(
  connection: DuckDBConnection,
  table: string,
  ids: BigUint64Array,
): Promise<void> {
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${table} (id UBIGINT)`);
  await appendTemporary(connection, table, ids.length, [packedColumn(UBIGINT, ids)]);
}
