// Stacks that were not recorded and might have been: the callers of one recorded stack with the callees of another.
//
//   recorded:  a < b < C < main      x < y < C < start        (leaf first; C is the same place in the same program)
//   spliced:   x < y < C < main      a < b < C < start
//
// What was called from a place once is called from there again, whoever called it. So a spliced stack has real frames
// of a real program in an order that it has, about as many of them, and shares most with others, as real ones do.
import type { Stack } from '../../src/model/stack.ts';
import { stackId } from '../../src/model/stack.ts';

interface Place {
  /** Index of a stack, and where in it the location is. */
  stack: number;
  at: number;
}

/** Attempts for one stack: those of a program with few stacks have soon been found. */
const ATTEMPTS = 6;
const CANDIDATES = 3;

export class Splicer {
  readonly #stacks: readonly Stack[];
  /** By program and location, where recorded stacks have it. */
  readonly #places = new Map<string, Map<bigint, Place[]>>();
  readonly #programOf: readonly string[];
  readonly #known: Set<bigint>;
  readonly #random: () => number;

  /** `programOf`: the program that each stack is of. */
  constructor(stacks: readonly Stack[], programOf: readonly string[], random: () => number) {
    this.#stacks = stacks;
    this.#programOf = programOf;
    this.#random = random;
    this.#known = new Set(stacks.map(({ id }) => id));
    stacks.forEach(({ locations }, stack) => {
      const places = this.#placesOf(programOf[stack]!);
      locations.forEach((location, at) => {
        const known = places.get(location);
        if (known === undefined) places.set(location, [{ stack, at }]);
        else known.push({ stack, at });
      });
    });
  }

  /** A stack that nobody had before, with the callers of the given one; null where none was found. */
  splice(stack: number): Stack | null {
    const { locations } = this.#stacks[stack]!;
    const places = this.#placesOf(this.#programOf[stack]!);
    for (let attempt = 0; attempt < ATTEMPTS && locations.length > 1; attempt++) {
      const from = this.#below(locations.length);
      const other = this.#nearest(places.get(locations[from]!)!, from);
      const callees = this.#stacks[other.stack]!.locations.slice(0, other.at);
      const spliced = [...callees, ...locations.slice(from)];
      const id = stackId(spliced);
      if (this.#known.has(id)) continue;
      this.#known.add(id);
      return { id, locations: spliced };
    }
    return null;
  }

  /** Of some at random, the one with about as many callees: else recursion would make stacks longer and longer. */
  #nearest(others: readonly Place[], callees: number): Place {
    let nearest = others[this.#below(others.length)]!;
    for (let i = 1; i < CANDIDATES; i++) {
      const other = others[this.#below(others.length)]!;
      if (Math.abs(other.at - callees) < Math.abs(nearest.at - callees)) nearest = other;
    }
    return nearest;
  }

  #placesOf(program: string): Map<bigint, Place[]> {
    const known = this.#places.get(program);
    if (known !== undefined) return known;
    const places = new Map<bigint, Place[]>();
    this.#places.set(program, places);
    return places;
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}
