// The numbers of stored locations by their ids, in memory as StoredIds are: stacks are stored as lists of these numbers.
import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBListValue, LIST, UBIGINT } from '@duckdb/node-api';
import { StoredIds } from './stored-ids.ts';
import { uintegersOf } from './vector-items.ts';

export class StoredLocations {
  readonly #ids: StoredIds;
  /** By the place of the id among the ids. */
  #numbers = new Uint32Array(1024);

  constructor(ids = new StoredIds()) {
    this.#ids = ids;
  }

  /** Whether a location that is not here is not in the table either. */
  get complete(): boolean {
    return this.#ids.complete;
  }

  /** Undefined where it is not here. */
  numberOf(id: bigint): number | undefined {
    const place = this.#ids.find(id);
    return place < 0 ? undefined : this.#numbers[place];
  }

  add(id: bigint, number: number): void {
    this.#put(this.#ids.add(id), number);
  }

  async load(connection: DuckDBConnection): Promise<void> {
    await this.#ids.load(connection, 'locations', 'location_id, location', (chunk, places) => {
      const numbers = uintegersOf(chunk.getColumnVector(1));
      places.forEach((place, row) => this.#put(place, numbers[row]!));
    });
  }

  #put(place: number, number: number): void {
    if (place >= this.#numbers.length) {
      const longer = new Uint32Array(2 * place);
      longer.set(this.#numbers);
      this.#numbers = longer;
    }
    this.#numbers[place] = number;
  }
}

/** Those of the ids that the table has. */
export async function lookUpLocations(
  connection: DuckDBConnection,
  ids: Iterable<bigint>,
): Promise<Map<bigint, number>> {
  const asked = [...ids];
  if (asked.length === 0) return new Map();
  const stored = await connection.runAndReadAll(
    'SELECT location_id, location FROM locations WHERE location_id IN (SELECT unnest($1))',
    [new DuckDBListValue(asked)],
    [LIST(UBIGINT)],
  );
  return new Map(stored.getRows() as [bigint, number][]);
}
