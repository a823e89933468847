// The ids of a table's rows, in memory: while all of them are here, nothing need be looked up before a row is added.
import type { DuckDBConnection } from '@duckdb/node-api';
import { eachChunk, ids } from './each-chunk.ts';

/** 4 MB at most: the stacks, or the locations, of a busy host's hours. */
const MAX_IDS = 250_000;
const FIRST_SLOTS = 1024;

/**
 * A set of 64-bit ids by open addressing: 16 to 32 bytes per id, where a `Set<bigint>` takes 60 and a heap object each.
 * Ids are hashes already, so their low bits choose the slot.
 */
export class StoredIds {
  #slots = new BigUint64Array(FIRST_SLOTS);
  #size = 0;
  /** 0 marks a free slot. */
  #hasZero = false;
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
    return this.#size;
  }

  has(id: bigint): boolean {
    return id === 0n ? this.#hasZero : this.#slots[this.#slotOf(id)] === id;
  }

  /** Beyond the bound it starts over, as a cache: what is not here must then be looked up. */
  add(id: bigint): void {
    if (this.has(id)) return;
    if (this.#size >= this.#maxIds) this.#startOver();
    this.#size++;
    if (id === 0n) {
      this.#hasZero = true;
      return;
    }
    if (this.#size * 2 > this.#slots.length) this.#grow();
    this.#slots[this.#slotOf(id)] = id;
  }

  /** Reads the ids of a table, unless there are more than are kept. */
  async load(connection: DuckDBConnection, table: string, column: string): Promise<void> {
    const counted = await connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM ${table}`);
    if ((counted.value(0, 0) as number) > this.#maxIds) return;
    await eachChunk(connection, `SELECT ${column} FROM ${table}`, (chunk, rows) => {
      const id = ids(chunk, 0);
      for (let row = 0; row < rows; row++) this.add(id(row));
    });
    this.#complete = true;
  }

  /** The slot that holds the id, or the free one where it belongs. */
  #slotOf(id: bigint): number {
    const mask = this.#slots.length - 1;
    let slot = Number(BigInt.asUintN(32, id)) & mask;
    while (this.#slots[slot] !== 0n && this.#slots[slot] !== id) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new BigUint64Array(old.length * 2);
    for (const id of old) if (id !== 0n) this.#slots[this.#slotOf(id)] = id;
  }

  #startOver(): void {
    this.#slots = new BigUint64Array(FIRST_SLOTS);
    this.#size = 0;
    this.#hasZero = false;
    this.#complete = false;
  }
}
