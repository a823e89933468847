// Dense numbers for 64-bit ids. Reading a window meets a location id per frame, hundreds of thousands: as two 32-bit
// words they cost neither a bigint each nor a Map.

const FIRST_SLOTS = 1024;

/**
 * Ids are numbered from 0 in order of first sight. Open addressing: ids are hashes already, so the low word chooses the
 * slot. 16 to 32 bytes per id.
 */
export class IdIndex {
  /** Number of the id + 1; 0 in free slots. */
  #slots = new Uint32Array(FIRST_SLOTS);
  /** Low and high word of each id, by its number. */
  #words = new Uint32Array(FIRST_SLOTS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Low and high word in turn of each id, by its number. */
  get words(): Uint32Array {
    return this.#words.subarray(0, 2 * this.#size);
  }

  /** The same as whole ids. */
  get ids(): BigUint64Array {
    return new BigUint64Array(this.#words.buffer, 0, this.#size);
  }

  /** The id's number, a new one where it has none yet. */
  add(low: number, high: number): number {
    let slot = this.#slotOf(low, high);
    const known = this.#slots[slot]!;
    if (known > 0) return known - 1;
    if ((this.#size + 1) * 2 > this.#slots.length) {
      this.#grow();
      slot = this.#slotOf(low, high);
    }
    const number = this.#size++;
    this.#slots[slot] = number + 1;
    this.#words[2 * number] = low;
    this.#words[2 * number + 1] = high;
    return number;
  }

  /** -1 where the id has no number. */
  find(low: number, high: number): number {
    return this.#slots[this.#slotOf(low, high)]! - 1;
  }

  /** The slot that holds the id, or the free one where it belongs. */
  #slotOf(low: number, high: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const number = this.#slots[slot]! - 1;
      if (number < 0) return slot;
      if (this.#words[2 * number] === low && this.#words[2 * number + 1] === high) return slot;
    }
  }

  #grow(): void {
    const words = new Uint32Array(this.#words.length * 2);
    words.set(this.#words);
    this.#words = words;
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let number = 0; number < this.#size; number++) {
      this.#slots[this.#slotOf(words[2 * number]!, words[2 * number + 1]!)] = number + 1;
    }
  }
}

/** The words by which `IdIndex` knows an id. */
export function lowWord(id: bigint): number {
  return Number(BigInt.asUintN(32, id));
}
export function highWord(id: bigint): number {
  return Number(id >> 32n);
}
