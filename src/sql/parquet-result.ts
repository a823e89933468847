// The answer as a Parquet file, which DuckDB writes itself: with its types, and without a value passing JavaScript.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { sqlText } from '../store/sql-text.ts';
import { SqlError } from './sql-error.ts';
import type { ResultFacts, StatementJob } from './statement-job.ts';
import { RESULT_FILE } from './statement-job.ts';

/**
 * `job.sql` has been checked. It becomes part of our statements as a literal: `query` takes one SELECT and nothing else,
 * so no text can end it and begin something of its own.
 */
export async function writeParquetResult(
  connection: DuckDBConnection,
  job: StatementJob,
): Promise<ResultFacts> {
  const { maxRows, maxBytes } = job;
  const file = join(job.directory, RESULT_FILE);
  // A row more than is answered says whether there are more.
  await connection.run(
    `CREATE TEMP TABLE result AS SELECT * FROM query(${sqlText(job.sql)}) LIMIT ${maxRows + 1}`,
  );
  const counted = await connection.runAndReadAll('SELECT count(*)::DOUBLE FROM result');
  const found = counted.value(0, 0) as number;
  await connection.run(
    `COPY (FROM result LIMIT ${maxRows}) TO ${sqlText(file)} (FORMAT parquet, COMPRESSION zstd)`,
  );
  const { size } = await stat(file);
  if (size > maxBytes) {
    throw new SqlError(
      'too-large',
      `the Parquet file has ${Math.round(size / 1e6)} MB, at most ${Math.round(maxBytes / 1e6)} MB are answered`,
      { hint: 'ask for fewer rows or columns' },
    );
  }
  return {
    rows: Math.min(found, maxRows),
    truncated: found > maxRows ? { by: 'rows', limit: maxRows } : null,
  };
}
