// Ids known to be stored, within a bound: what is not here is looked up in the table.

/**
 * Two generations of a map: what was used lately survives, and forgetting costs nothing. An entry takes about
 * 50 bytes besides its value.
 */
export class KnownIds<V> {
  #young = new Map<bigint, V>();
  #old = new Map<bigint, V>();
  readonly #capacity: number;

  /** At most twice `capacity` ids are kept. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(id: bigint): V | undefined {
    const young = this.#young.get(id);
    if (young !== undefined) return young;
    const old = this.#old.get(id);
    if (old !== undefined) this.set(id, old);
    return old;
  }

  set(id: bigint, value: V): void {
    this.#young.set(id, value);
    if (this.#young.size < this.#capacity) return;
    this.#old = this.#young;
    this.#young = new Map();
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }
}
