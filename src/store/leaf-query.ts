// What the leaf frames of stacks say: names and stand-ins are made where those of whole stacks are.
import type { DuckDBConnection } from '@duckdb/node-api';
import { LIST, listValue, UBIGINT, VARCHAR } from '@duckdb/node-api';
import { leafField } from '../model/leaf-field.ts';
import { markerLocation } from '../model/location.ts';
import type { FrameField } from '../model/selector.ts';
import { eachChunk, idWords } from './each-chunk.ts';
import { IdIndex } from './id-index.ts';
import { fetchLocations } from './location-query.ts';
import { Parameters } from './parameters.ts';

/**
 * Reads the temporary table `asked_stacks` (stack_id, each once) and leaves `stack_leaves`: for each of them the label
 * that the field is, never NULL.
 */
export async function labelLeaves(connection: DuckDBConnection, field: FrameField): Promise<void> {
  await findLeaves(connection);
  const index = new IdIndex();
  const ids: bigint[] = [];
  await eachChunk(connection, 'SELECT DISTINCT location_id FROM leaves', (chunk, rows) => {
    const words = idWords(chunk, 0);
    for (let row = 0; row < rows; row++) {
      index.add(words[2 * row]!, words[2 * row + 1]!);
      ids.push((BigInt(words[2 * row + 1]!) << 32n) | BigInt(words[2 * row]!));
    }
  });
  const places = await fetchLocations(connection, index);
  const labels = ids.map((_, location) => leafField(places, location, field));
  const parameters = new Parameters();
  const id = parameters.add(listValue(ids), LIST(UBIGINT));
  const label = parameters.add(listValue(labels), LIST(VARCHAR));
  await connection.run(
    `CREATE TEMP TABLE stack_leaves AS
     SELECT l.stack_id, n.label FROM leaves l
     JOIN (SELECT unnest(${id}) AS location_id, unnest(${label}) AS label) n ON n.location_id = l.location_id`,
    parameters.values,
    parameters.types,
  );
}

/** Leaves the temporary tables `leaves` and, for `fetchLocations`, `wanted`. */
async function findLeaves(connection: DuckDBConnection): Promise<void> {
  // A stack that is not stored (which the writer does not let happen) still counts its samples.
  const parameters = new Parameters();
  const lost = parameters.add(markerLocation('[lost stack]').id, UBIGINT);
  await connection.run(
    `CREATE TEMP TABLE leaves AS
     SELECT a.stack_id, coalesce(t.location_ids[1], ${lost}) AS location_id
     FROM asked_stacks a LEFT JOIN stacks t ON t.stack_id = a.stack_id`,
    parameters.values,
    parameters.types,
  );
  await connection.run(
    'CREATE TEMP TABLE wanted AS SELECT DISTINCT [location_id] AS location_ids FROM leaves',
  );
}
