// What stacks and locations are, decoded once: reading it is most of what a window costs.
import { ChildIndex } from '../model/child-index.ts';
import type { CodeObject } from '../model/code-object.ts';
import type { Frame } from '../model/frame.ts';
import { MARKER_OBJECT, markerLocation } from '../model/location.ts';
import { IdIndex } from './id-index.ts';
import { NumberIndex } from './number-index.ts';

/** Inline chains, innermost first; undefined where there is no name. */
export type Chains = readonly (Frame[] | undefined)[];

/** What is stored of locations, in the order in which they were asked for. */
export interface StoredPlaces {
  /** Low and high word in turn of each location's id; 0 of one that is not stored. */
  idWords: Uint32Array;
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
  /** By the number that they are stored with. */
  readonly #places = new NumberIndex();
  /** Ids of the locations that have been placed, and their numbers here by the ids' places: names are told by id. */
  readonly #ids = new IdIndex();
  #byId = new Uint32Array(1024);
  /** What stands for a stack that is not stored; -1 before the first. */
  #lost = -1;
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
    return 60 * this.nodes.size + 40 * this.#stacks.size + 130 * this.#places.size + this.#places.bytes;
  }

  get locationCount(): number {
    return this.#places.size;
  }

  /** Number of a stack; -1 where it was not read yet. */
  findStack(low: number, high: number): number {
    return this.#stacks.find(low, high);
  }

  /** `locations`: the numbers that they are stored with, leaf first. */
  addStack(low: number, high: number, locations: Uint32Array): void {
    if (this.#stacks.find(low, high) >= 0) return;
    let node = -1;
    for (let at = locations.length - 1; at >= 0; at--) {
      node = this.nodes.child(node, this.#addLocation(locations[at]!));
    }
    this.#addLeaf(low, high, node);
  }

  /** A stack that is not stored still counts its samples. */
  addLostStack(low: number, high: number): void {
    if (this.#stacks.find(low, high) >= 0) return;
    if (this.#lost < 0) {
      this.#lost = this.#makeRoom(this.#places.reserve());
      this.#object[this.#lost] = this.#indexOf(MARKER_OBJECT);
      this.#address[this.#lost] = markerLocation('[lost stack]').address;
      this.#markRead(this.#lost);
    }
    this.#addLeaf(low, high, this.nodes.child(-1, this.#lost));
  }

  #addLeaf(low: number, high: number, node: number): void {
    const stack = this.#stacks.add(low, high);
    this.#leaves = atLeast(this.#leaves, stack + 1);
    this.#leaves[stack] = node;
  }

  /** Node of its leaf. */
  leafOf(stack: number): number {
    return this.#leaves[stack]!;
  }

  /** Of the stacks' locations, those that must be read, or read again. */
  unread(stacks: Uint32Array): Uint32Array {
    const unread: number[] = [];
    if (this.#unread === 0) return new Uint32Array();
    const { parents, functions } = this.nodes;
    const seen = new Uint8Array(this.nodes.size);
    const asked = new Uint8Array(this.#places.size);
    for (const stack of stacks) {
      for (let node = this.#leaves[stack]!; node >= 0 && seen[node] === 0; node = parents[node]!) {
        seen[node] = 1;
        const location = functions[node]!;
        if (this.#read[location] === 1 || asked[location] === 1) continue;
        asked[location] = 1;
        unread.push(location);
      }
    }
    return Uint32Array.from(unread);
  }

  /** The number that a location is stored with. */
  storedNumber(location: number): number {
    return this.#places.numberOf(location);
  }

  /** `stored`: of the locations `asked`. `kept`: false where names were stored since, which may be later than what was read. */
  place(asked: Uint32Array, stored: StoredPlaces, kept: boolean): void {
    const objects = Uint32Array.from(stored.objects, (object) => this.#indexOf(object));
    asked.forEach((location, at) => {
      this.#object[location] = objects[stored.object[at]!]!;
      this.#address[location] = stored.address[at]!;
      this.chains[location] = stored.chains[at];
      const id = this.#ids.add(stored.idWords[2 * at]!, stored.idWords[2 * at + 1]!);
      this.#byId = atLeast(this.#byId, id + 1);
      this.#byId[id] = location;
      if (kept) this.#markRead(location);
    });
  }

  /** Its names have changed. */
  forgetNames(low: number, high: number): void {
    const id = this.#ids.find(low, high);
    const location = id < 0 ? -1 : this.#byId[id]!;
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

  #addLocation(number: number): number {
    const location = this.#places.add(number);
    return location < this.chains.length ? location : this.#makeRoom(location);
  }

  /** For the columns of a location that was not met before. */
  #makeRoom(location: number): number {
    this.chains.push(undefined);
    this.#unread++;
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
