// Columns into a table through DuckDB's appender, a chunk of 2,048 rows at a time.
import type { DuckDBConnection, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { DuckDBDataChunk } from '@duckdb/node-api';

/** One column of a table, in the table's order. */
export interface AppendColumn {
  type: DuckDBType;
  value: (row: number) => DuckDBValue;
}

/** DuckDB's STANDARD_VECTOR_SIZE; a chunk holds no more rows. */
const CHUNK_ROWS = 2048;

export async function appendRows(
  connection: DuckDBConnection,
  table: string,
  rows: number,
  columns: readonly AppendColumn[],
): Promise<void> {
  if (rows === 0) return;
  const appender = await connection.createAppender(table);
  try {
    for (let start = 0; start < rows; start += CHUNK_ROWS) {
      const length = Math.min(CHUNK_ROWS, rows - start);
      appender.appendDataChunk(chunkOf(columns, start, length));
    }
    appender.flushSync();
  } catch (error) {
    // What it still holds would make closing throw as well, and hide why.
    appender.clear();
    throw error;
  } finally {
    appender.closeSync();
  }
}

function chunkOf(columns: readonly AppendColumn[], start: number, length: number): DuckDBDataChunk {
  const chunk = DuckDBDataChunk.create(
    columns.map((column) => column.type),
    length,
  );
  columns.forEach(({ value }, index) => {
    const vector = chunk.getColumnVector(index);
    for (let row = 0; row < length; row++) vector.setItem(row, value(start + row));
    vector.flush();
  });
  return chunk;
}
