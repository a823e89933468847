// What stacks and locations are, decoded once: reading it is most of what a window costs.
import { ChildIndex } from '../model/child-index.ts';
import type { CodeObject } from '../model/code-object.ts';
import type { Frame } from '../model/frame.ts';
import { IdIndex } from './id-index.ts';

/** Inline chains, innermost first; undefined where there is no name. */
export type Chains = readonly (Frame[] | undefined)[];

/** What is stored of locations, by their numbers in an IdIndex. */
export interface StoredPlaces {
  /** Index into `objects`. */
  object: Uint32Array;
  address: Float64Array;
  chains: Chains;
  objects: readonly CodeObject[];
}

/** Stacks as nodes of a tree of calls. Stacks and locations are numbered in the order in which they were read. */
export class DecodedStacks {
  readonly #stacks = new IdIndex();
  /** Node of each stack's leaf, by its number. */
  #leaves = new Int32Array(1024);
  /** Calls: callers and numbers of locations (`functions` there); outermost frames have the parent -1. */
  readonly nodes = new ChildIndex();
  readonly #places = new IdIndex();
  readonly #objectIndex = new Map<bigint, number>();
  readonly objects: CodeObject[] = [];
  /** By number of a location: index into `objects`, address there, inline chain. */
  #object = new Uint32Array(1024);
  #address = new Float64Array(1024);
  readonly chains: (Frame[] | undefined)[] = [];
  /** 1 where a location's place and names are those that are stored; and how many are not. */
  #read = new Uint8Array(1024);
  #unread = 0;

  /** Bytes, about: a node takes 24 to 48, a name some 150, and several locations share one. */
  get bytes(): number {
    return 60 * this.nodes.size + 40 * this.#stacks.size + 100 * this.#places.size;
  }

  get locationCount(): number {
    return this.#places.size;
  }

  /** Number of a stack; -1 where it was not read yet. */
  findStack(low: number, high: number): number {
    return this.#stacks.find(low, high);
  }

  /** `words`: low and high word in turn of each location's id, leaf first. */
  addStack(low: number, high: number, words: Uint32Array): void {
    if (this.#stacks.find(low, high) >= 0) return;
    const stack = this.#stacks.add(low, high);
    let node = -1;
    for (let at = words.length - 2; at >= 0; at -= 2) {
      node = this.nodes.child(node, this.#addLocation(words[at]!, words[at + 1]!));
    }
    this.#leaves = atLeast(this.#leaves, stack + 1);
    this.#leaves[stack] = node;
  }

  /** Node of its leaf. */
  leafOf(stack: number): number {
    return this.#leaves[stack]!;
  }

  /** Of the stacks' locations, those that must be read, or read again. */
  unread(stacks: Uint32Array): IdIndex {
    const asked = new IdIndex();
    if (this.#unread === 0) return asked;
    const { words } = this.#places;
    const { parents, functions } = this.nodes;
    const seen = new Uint8Array(this.nodes.size);
    for (const stack of stacks) {
      for (let node = this.#leaves[stack]!; node >= 0 && seen[node] === 0; node = parents[node]!) {
        seen[node] = 1;
        const location = functions[node]!;
        if (this.#read[location] === 0) asked.add(words[2 * location]!, words[2 * location + 1]!);
      }
    }
    return asked;
  }

  /** `kept`: false where names were stored since, which may be later than what was read. */
  place(asked: IdIndex, stored: StoredPlaces, kept: boolean): void {
    const objects = Uint32Array.from(stored.objects, (object) => this.#indexOf(object));
    const { words } = asked;
    for (let at = 0; at < asked.size; at++) {
      const location = this.#places.find(words[2 * at]!, words[2 * at + 1]!);
      this.#object[location] = objects[stored.object[at]!]!;
      this.#address[location] = stored.address[at]!;
      this.chains[location] = stored.chains[at];
      if (kept) this.#markRead(location);
    }
  }

  /** Its names have changed. */
  forgetNames(low: number, high: number): void {
    const location = this.#places.find(low, high);
    if (location < 0 || this.#read[location] === 0) return;
    this.#read[location] = 0;
    this.#unread++;
  }

  #markRead(location: number): void {
    if (this.#read[location] === 1) return;
    this.#read[location] = 1;
    this.#unread--;
  }

  objectOf(location: number): number {
    return this.#object[location]!;
  }

  addressOf(location: number): number {
    return this.#address[location]!;
  }

  #addLocation(low: number, high: number): number {
    const location = this.#places.add(low, high);
    if (this.#places.size > this.chains.length) {
      this.chains.push(undefined);
      this.#unread++;
    }
    this.#object = atLeast(this.#object, location + 1);
    this.#address = atLeast(this.#address, location + 1);
    this.#read = atLeast(this.#read, location + 1);
    return location;
  }

  #indexOf(object: CodeObject): number {
    const known = this.#objectIndex.get(object.id);
    if (known !== undefined) return known;
    this.#objectIndex.set(object.id, this.objects.length);
    return this.objects.push(object) - 1;
  }
}

type Numbers =
  Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** The array itself where it is long enough, else a copy of at least twice its length. */
function atLeast<T extends Numbers>(array: T, length: number): T {
  if (length <= array.length) return array;
  const longer = new (array.constructor as new (length: number) => T)(Math.max(length, 2 * array.length));
  longer.set(array);
  return longer;
}
