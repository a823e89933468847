// Results chunk by chunk: the event loop runs between chunks, and no row objects are made.
import type { DuckDBConnection, DuckDBDataChunk, DuckDBValue, DuckDBVector } from '@duckdb/node-api';
import { DuckDBListVector } from '@duckdb/node-api';
import { Parameters } from './parameters.ts';
import { wordsOf } from './vector-items.ts';

/** Calls back with each chunk of the result. */
export async function eachChunk(
  connection: DuckDBConnection,
  sql: string,
  onChunk: (chunk: DuckDBDataChunk, rows: number) => void,
  parameters: Parameters = new Parameters(),
): Promise<void> {
  const result = await connection.stream(sql, parameters.values, parameters.types);
  for (;;) {
    const chunk = await result.fetchChunk();
    const rows = chunk?.rowCount ?? 0;
    if (chunk === null || rows === 0) return;
    onChunk(chunk, rows);
  }
}

/** The distinct texts that a query of one column gives; none may be NULL. */
export async function textSet(
  connection: DuckDBConnection,
  sql: string,
  parameters?: Parameters,
): Promise<Set<string>> {
  const found = new Set<string>();
  const collect = (chunk: DuckDBDataChunk, rows: number) => {
    const text = texts(chunk, 0);
    for (let row = 0; row < rows; row++) found.add(text(row));
  };
  await eachChunk(connection, sql, collect, parameters);
  return found;
}

/** Readers of a column, for columns whose SQL type is known to give that. */
export const numbers = (chunk: DuckDBDataChunk, column: number): ((row: number) => number) =>
  reader(chunk, column) as (row: number) => number;
export const texts = (chunk: DuckDBDataChunk, column: number): ((row: number) => string) =>
  reader(chunk, column) as (row: number) => string;
export const optionalTexts = (chunk: DuckDBDataChunk, column: number): ((row: number) => string | null) =>
  reader(chunk, column) as (row: number) => string | null;

function reader(chunk: DuckDBDataChunk, column: number): (row: number) => DuckDBValue {
  const vector: DuckDBVector = chunk.getColumnVector(column);
  return (row) => vector.getItem(row);
}

/** A column of ids as low and high word in turn, without a bigint each. The column must not hold NULL. */
export function idWords(chunk: DuckDBDataChunk, column: number): Uint32Array {
  return wordsOf(chunk.getColumnVector(column));
}

export function lists(chunk: DuckDBDataChunk, column: number): DuckDBListVector {
  const vector = chunk.getColumnVector(column);
  if (!(vector instanceof DuckDBListVector)) throw new TypeError(`column ${column} is not a list`);
  return vector;
}
