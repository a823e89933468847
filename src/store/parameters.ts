// The values of one statement: they go beside its text, never into it.
import type { DuckDBType, DuckDBValue } from '@duckdb/node-api';

/** Collects the values of one statement; `add` answers the placeholder. */
export class Parameters {
  readonly values: DuckDBValue[] = [];
  readonly types: DuckDBType[] = [];

  add(value: DuckDBValue, type: DuckDBType): string {
    this.types.push(type);
    return `$${this.values.push(value)}`;
  }
}
