// Columns into a table through DuckDB's appender, a chunk of 2,048 rows at a time.
import type {
  DuckDBAppender,
  DuckDBConnection,
  DuckDBType,
  DuckDBValue,
  DuckDBVector,
} from '@duckdb/node-api';
import { DuckDBDataChunk } from '@duckdb/node-api';
import type { VectorItems } from './vector-items.ts';
import { itemsOf, wordsOf } from './vector-items.ts';

/** One column of a table, in the table's order. */
export interface AppendColumn {
  type: DuckDBType;
  /** Puts the rows from `start` on into a vector, as many as that has. */
  fill: (vector: DuckDBVector, start: number) => void;
}

/** DuckDB's STANDARD_VECTOR_SIZE; a chunk holds no more rows. */
const CHUNK_ROWS = 2048;

/** Of anything, row by row. */
export function valueColumn(type: DuckDBType, value: (row: number) => DuckDBValue): AppendColumn {
  return {
    type,
    fill: (vector, start) => {
      for (let row = 0; row < vector.itemCount; row++) vector.setItem(row, value(start + row));
    },
  };
}

/** Of numbers that lie in memory as the table keeps them. */
export function packedColumn(type: DuckDBType, numbers: VectorItems): AppendColumn {
  return {
    type,
    fill: (vector, start) => {
      const items = itemsOf(vector);
      if (items.constructor !== numbers.constructor) throw new TypeError(`${String(type)} lies otherwise`);
      const rows = numbers.subarray(start, start + vector.itemCount);
      // Both are of one kind: that was just looked at.
      (items as BigUint64Array).set(rows as BigUint64Array);
    },
  };
}

/** Of whole parts, less than 2^53, in a column of 64 bits: a bigint for each would cost several times as much. */
export function wholeColumn(
  type: DuckDBType,
  numbers: Float64Array,
  round: (number: number) => number = Math.floor,
): AppendColumn {
  return {
    type,
    fill: (vector, start) => {
      const words = wordsOf(vector);
      const least = itemsOf(vector) instanceof BigUint64Array ? 0 : Number.MIN_SAFE_INTEGER;
      for (let row = 0; row < vector.itemCount; row++) {
        const number = round(numbers[start + row]!);
        if (!(number >= least && number <= Number.MAX_SAFE_INTEGER)) {
          throw new RangeError(`${number} is no value of a column of ${String(type)}`);
        }
        const high = Math.floor(number / 2 ** 32);
        words[2 * row] = number - high * 2 ** 32;
        words[2 * row + 1] = high;
      }
    },
  };
}

export async function appendRows(
  connection: DuckDBConnection,
  table: string,
  rows: number,
  columns: readonly AppendColumn[],
): Promise<void> {
  if (rows > 0) appendAll(await connection.createAppender(table), rows, columns);
}

/** The same into a temporary table, which there may be beside a database that is only read, too. */
export async function appendTemporary(
  connection: DuckDBConnection,
  table: string,
  rows: number,
  columns: readonly AppendColumn[],
): Promise<void> {
  if (rows > 0) appendAll(await connection.createAppender(table, 'main', 'temp'), rows, columns);
}

function appendAll(appender: DuckDBAppender, rows: number, columns: readonly AppendColumn[]): void {
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
  columns.forEach(({ fill }, index) => {
    const vector = chunk.getColumnVector(index);
    fill(vector, start);
    vector.flush();
  });
  return chunk;
}
