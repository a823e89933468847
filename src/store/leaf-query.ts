// What the leaf frames of stacks say: names and stand-ins are made where those of whole stacks are.
import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import { UBIGINT, UINTEGER, VARCHAR } from '@duckdb/node-api';
import { leafField } from '../model/leaf-field.ts';
import type { FrameField } from '../model/selector.ts';
import { appendTemporary, packedColumn, valueColumn } from './append-rows.ts';
import { decode } from './stack-decoding.ts';
import { eachChunk, idWords } from './each-chunk.ts';
import { IdIndex } from './id-index.ts';
import { locationColumns } from './location-columns.ts';
import type { Parameters } from './parameters.ts';
import type { StacksInUse } from './recent-stacks.ts';

/**
 * `distinct` gives ids of stacks, each once. Leaves the temporary tables `stack_leaves` (stack_id, no), a row for
 * each of them, and `leaf_labels` (no, label): what the field is, never NULL.
 */
export async function labelLeaves(
  connection: DuckDBConnection,
  inUse: StacksInUse,
  distinct: { sql: string; parameters: Parameters },
  field: FrameField,
): Promise<void> {
  const asked = new IdIndex();
  const add = (chunk: DuckDBDataChunk, rows: number) => {
    const words = idWords(chunk, 0);
    for (let row = 0; row < rows; row++) asked.add(words[2 * row]!, words[2 * row + 1]!);
  };
  await eachChunk(connection, distinct.sql, add, distinct.parameters);
  const { decoded } = inUse;
  const leaves = (await decode(connection, inUse, asked)).map(
    (stack) => decoded.nodes.functions[decoded.leafOf(stack)]!,
  );
  const columns = locationColumns(decoded, leaves);
  const labels = new Map<string, number>();
  const numbers = leaves.map((_, at) => {
    const label = leafField(columns, at, field);
    const known = labels.get(label) ?? labels.size;
    labels.set(label, known);
    return known;
  });
  await connection.run(
    `CREATE TEMP TABLE stack_leaves (stack_id UBIGINT, no UINTEGER);
     CREATE TEMP TABLE leaf_labels (no UINTEGER, label VARCHAR)`,
  );
  await appendTemporary(connection, 'stack_leaves', asked.size, [
    packedColumn(UBIGINT, asked.ids),
    packedColumn(UINTEGER, numbers),
  ]);
  const texts = [...labels.keys()];
  await appendTemporary(connection, 'leaf_labels', texts.length, [
    packedColumn(UINTEGER, Uint32Array.from(texts.keys())),
    valueColumn(VARCHAR, (row) => texts[row]!),
  ]);
}
