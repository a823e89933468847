// The executable mappings of a process, found by bisection.
import type { ObjectRef } from './object-ref.ts';

export interface Mapping {
  readonly start: bigint;
  readonly end: bigint;
  /** Offset in the file, bytes. */
  readonly offset: number;
  readonly ref: ObjectRef;
}

export class AddressSpace {
  /** Sorted by start, never overlapping. */
  #mappings: Mapping[] = [];
  /** Another space has the same array: it is copied before it is changed. */
  #shared = false;
  /** Rises with every change: what was worked out from the mappings is then out of date. */
  generation = 0;

  /** Valid until the next change. */
  get mappings(): readonly Mapping[] {
    return this.#mappings;
  }

  /** As it is now, whatever becomes of this one. */
  snapshot(): AddressSpace {
    const copy = new AddressSpace();
    copy.copyFrom(this);
    return copy;
  }

  /** A fork child has its parent's mappings until it execs. */
  copyFrom(other: AddressSpace): void {
    this.#mappings = other.#mappings;
    this.#shared = other.#shared = true;
    this.generation++;
  }

  clear(): void {
    this.#mappings = [];
    this.#shared = false;
    this.generation++;
  }

  /**
   * Later mappings replace what they overlap, as mmap(MAP_FIXED) does; remainders of the old ones stay. A program may
   * map tens of thousands one after the other: nothing here looks at each of them.
   */
  add(mapping: Mapping): void {
    const first = this.#endingAfter(mapping.start);
    let next = first;
    const put: Mapping[] = [mapping];
    for (; next < this.#mappings.length && this.#mappings[next]!.start < mapping.end; next++) {
      const old = this.#mappings[next]!;
      if (old.start < mapping.start) put.unshift({ ...old, end: mapping.start });
      if (old.end > mapping.end) {
        put.push({ ...old, start: mapping.end, offset: old.offset + Number(mapping.end - old.start) });
      }
    }
    if (this.#shared) this.#mappings = this.#mappings.slice();
    this.#shared = false;
    this.#mappings.splice(first, next - first, ...put);
    this.generation++;
  }

  /** Gives mappings of one object to another. */
  replace(before: ObjectRef, after: ObjectRef): void {
    this.#mappings = this.#mappings.map((mapping) =>
      mapping.ref === before ? { ...mapping, ref: after } : mapping,
    );
    this.#shared = false;
    this.generation++;
  }

  find(address: bigint): Mapping | undefined {
    const found = this.#mappings[this.#endingAfter(address)];
    return found && found.start <= address ? found : undefined;
  }

  /** Index of the first mapping that ends after the address. */
  #endingAfter(address: bigint): number {
    let low = 0;
    let high = this.#mappings.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#mappings[middle]!.end <= address) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
