// Prepared statements of the writing connection, kept: preparing costs several times what running does.
import type { DuckDBConnection, DuckDBPreparedStatement, DuckDBType, DuckDBValue } from '@duckdb/node-api';

export class Statements {
  readonly connection: DuckDBConnection;
  readonly #prepared = new Map<string, DuckDBPreparedStatement>();

  constructor(connection: DuckDBConnection) {
    this.connection = connection;
  }

  /** Runs a statement from the code (never one made of data); resolves to the number of rows that it changed. */
  async run(
    sql: string,
    values: readonly DuckDBValue[] = [],
    types: readonly DuckDBType[] = [],
  ): Promise<number> {
    let prepared = this.#prepared.get(sql);
    if (!prepared) {
      prepared = await this.connection.prepare(sql);
      this.#prepared.set(sql, prepared);
    }
    if (values.length > 0) prepared.bind([...values], [...types]);
    return (await prepared.run()).rowsChanged;
  }

  /** To be called before the connection is closed. */
  close(): void {
    for (const prepared of this.#prepared.values()) prepared.destroySync();
    this.#prepared.clear();
  }
}
