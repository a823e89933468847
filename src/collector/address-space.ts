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
  /** Sorted by start, never overlapping. Replaced, never changed, so that forks can share it. */
  #mappings: readonly Mapping[] = [];
  /** Rises with every change: what was worked out from the mappings is then out of date. */
  generation = 0;

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
    this.generation++;
  }

  clear(): void {
    this.#mappings = [];
    this.generation++;
  }

  /** Later mappings replace what they overlap, as mmap(MAP_FIXED) does; remainders of the old ones stay. */
  add(mapping: Mapping): void {
    const kept: Mapping[] = [];
    for (const old of this.#mappings) {
      if (old.end <= mapping.start || old.start >= mapping.end) {
        kept.push(old);
        continue;
      }
      if (old.start < mapping.start) kept.push({ ...old, end: mapping.start });
      if (old.end > mapping.end) {
        kept.push({ ...old, start: mapping.end, offset: old.offset + Number(mapping.end - old.start) });
      }
    }
    kept.push(mapping);
    this.#mappings = kept.sort((a, b) => (a.start < b.start ? -1 : 1));
    this.generation++;
  }

  find(address: bigint): Mapping | undefined {
    let low = 0;
    let high = this.#mappings.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#mappings[middle]!.end <= address) low = middle + 1;
      else high = middle;
    }
    const found = this.#mappings[low];
    return found && found.start <= address ? found : undefined;
  }
}
