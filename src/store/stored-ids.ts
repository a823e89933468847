// The ids of a table's rows, in memory: while all of them are here, nothing need be looked up before a row is added.
import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import { eachChunk, idWords } from './each-chunk.ts';
import { highWord, IdIndex, lowWord } from './id-index.ts';

/** 8 MB at most: the stacks, or the locations, of a busy host's hours. */
const MAX_IDS = 250_000;

export class StoredIds {
  #ids = new IdIndex();
  #complete = false;
  readonly #maxIds: number;

  constructor(maxIds = MAX_IDS) {
    this.#maxIds = maxIds;
  }

  /** Whether an id that is not here is not in the table either. */
  get complete(): boolean {
    return this.#complete;
  }

  get size(): number {
    return this.#ids.size;
  }

  has(id: bigint): boolean {
    return this.find(id) >= 0;
  }

  /** The id's place among those that are here; -1 where it is not. */
  find(id: bigint): number {
    return this.#ids.find(lowWord(id), highWord(id));
  }

  /** Gives its place. Beyond the bound it starts over, as a cache: what is not here must then be looked up. */
  add(id: bigint): number {
    if (this.#ids.size >= this.#maxIds && !this.has(id)) {
      this.#ids = new IdIndex();
      this.#complete = false;
    }
    return this.#ids.add(lowWord(id), highWord(id));
  }

  /**
   * Reads the ids of a table, unless there are more than are kept. `columns`: that of the ids first. `onRows` gets each chunk
   * with the places of its ids.
   */
  async load(
    connection: DuckDBConnection,
    table: string,
    columns: string,
    onRows?: (chunk: DuckDBDataChunk, places: Uint32Array) => void,
  ): Promise<void> {
    const counted = await connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM ${table}`);
    if ((counted.value(0, 0) as number) > this.#maxIds) return;
    await eachChunk(connection, `SELECT ${columns} FROM ${table}`, (chunk, rows) => {
      const words = idWords(chunk, 0);
      const places = new Uint32Array(rows);
      for (let row = 0; row < rows; row++) places[row] = this.#ids.add(words[2 * row]!, words[2 * row + 1]!);
      onRows?.(chunk, places);
    });
    this.#complete = true;
  }
}
