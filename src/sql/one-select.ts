// The check that a text is one SELECT, before anything of it runs.
import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api';
import { StatementType } from '@duckdb/node-api';
import { SqlError } from './sql-error.ts';

const HINT = 'statements read the views samples, stacks, frames, functions, processes and series';

/** Prepared, so that nothing but running it is left to do; throws a SqlError, or what DuckDB says of a malformed one. */
export async function prepareSelect(
  connection: DuckDBConnection,
  sql: string,
): Promise<DuckDBPreparedStatement> {
  const statements = await extract(connection, sql);
  if (statements.count !== 1) {
    throw new SqlError('refused', `one statement is run at a time, these are ${statements.count}`);
  }
  const prepared = await statements.prepare(0);
  const { statementType, parameterCount } = prepared;
  if (statementType !== StatementType.SELECT) {
    throw new SqlError('refused', `only SELECT is run, and this is ${StatementType[statementType]}`, {
      hint: HINT,
    });
  }
  if (parameterCount > 0) {
    throw new SqlError('refused', 'the statement has parameters ($1 or ?); write their values into it');
  }
  return prepared;
}

/** The client throws where there is nothing but blanks and comments, too, and then has no reason to tell. */
async function extract(connection: DuckDBConnection, sql: string) {
  try {
    return await connection.extractStatements(sql);
  } catch (error) {
    const [, reason] = /^Failed to extract statements: (.*)$/s.exec((error as Error).message) ?? [];
    if (reason !== undefined) throw new Error(reason, { cause: error });
    throw new SqlError('malformed', 'there is no statement', {
      hint: 'for example: FROM functions LIMIT 10',
      cause: error,
    });
  }
}
