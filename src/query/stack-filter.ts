// Stack filters, to the letter those of pprof: `FilterSamplesByName` and `ShowFrom` in its profile/filter.go, in the order
// in which its driver applies them. What a pattern matches is found out elsewhere, by RE2: here are only sets of texts.
import { tableOfCallers } from '../model/caller-table.ts';
import type { Frame } from '../model/frame.ts';
import type { StackFilter } from '../model/stack-filters.ts';
import { STACK_FILTERS } from '../model/stack-filters.ts';
import type { CallerTree, StackTable } from '../model/stack-table.ts';
import { chosenRows } from './chosen-rows.ts';
import { mappingFilename } from './pprof.ts';

/** For each filter that is asked for, those of the table's `filterTexts` that its pattern matches. */
export type FilterMatches = Partial<Record<StackFilter, ReadonlySet<string>>>;

/** All that a pattern can match: names of functions, source files ('' too), paths of objects as pprof is told them. */
export function filterTexts(table: StackTable): string[] {
  const texts = new Set<string>();
  for (const frames of table.locationFrames) {
    for (const { name, file } of frames) texts.add(name).add(file);
  }
  for (const object of table.objects) {
    if (object.kind !== 'marker') texts.add(mappingFilename(object));
  }
  return [...texts];
}

/** The table itself where nothing is asked for. Locations that no stack has any more go. */
export function filterStacks(table: StackTable, matches: FilterMatches): StackTable {
  if (STACK_FILTERS.every((filter) => matches[filter] === undefined)) return table;
  const places = new FilteredPlaces(table, matches);
  const { callers } = table;
  // Whole stacks stay or go: that is told node by node of what they share.
  const whole = matches.hide === undefined && matches.show_from === undefined;
  return whole && callers !== undefined
    ? wholeStacks(table, callers, places.inSight(callers))
    : stacksInPart(table, places);
}

/** The stacks whose leaves are in sight. */
function wholeStacks(table: StackTable, callers: CallerTree, inSight: Uint8Array): StackTable {
  const rows: number[] = [];
  callers.leaf.forEach((node, row) => {
    if (node >= 0 && inSight[node] === 1) rows.push(row);
  });
  const { used, locations } = usedCallers(
    callers,
    Int32Array.from(rows, (row) => callers.leaf[row]!),
  );
  const { objects, periodNs } = table;
  return tableOfCallers({
    ...{ ...chosenRows(table, rows), objects, periodNs, callers: used },
    ...locationColumns(table, table.locationFrames, locations),
  });
}

/** The nodes that the leaves need, and their locations, numbered anew. */
function usedCallers({ parent, location }: CallerTree, leaf: Int32Array) {
  const needed = new Uint8Array(parent.length);
  for (const last of leaf) {
    for (let node = last; node >= 0 && needed[node] === 0; node = parent[node]!) needed[node] = 1;
  }
  const nodes = Uint32Array.from(needed.keys()).filter((node) => needed[node] === 1);
  const numbers = new Int32Array(parent.length).fill(-1);
  nodes.forEach((node, number) => (numbers[node] = number));
  const renumbered = (node: number) => (node < 0 ? -1 : numbers[node]!);
  const places = new Map<number, number>();
  const used: CallerTree = {
    parent: Int32Array.from(nodes, (node) => renumbered(parent[node]!)),
    location: Uint32Array.from(nodes, (node) => {
      const place = location[node]!;
      if (!places.has(place)) places.set(place, places.size);
      return places.get(place)!;
    }),
    leaf: leaf.map(renumbered),
  };
  return { used, locations: [...places.keys()] };
}

function stacksInPart(table: StackTable, places: FilteredPlaces): StackTable {
  const rows: number[] = [];
  const offsets = [0];
  const stackLocations: number[] = [];
  for (let row = 0; row < table.count.length; row++) {
    const kept = places.keptOf(table.stackLocations.subarray(table.offsets[row], table.offsets[row + 1]));
    if (kept.length === 0) continue;
    rows.push(row);
    for (const location of kept) stackLocations.push(location);
    offsets.push(stackLocations.length);
  }
  return {
    ...table,
    ...chosenRows(table, rows),
    offsets: Uint32Array.from(offsets),
    callers: undefined, // frames may have gone from any stack, and locations have other numbers
    ...usedPlaces(table, places.frames, stackLocations),
  };
}

/** Of a location; one that is neither stays 0. */
const FOCUSED = 1;
const IGNORED = 2;

/** What the filters make of each location. */
class FilteredPlaces {
  /** What is left of each location's inline chain; nothing where all of it is hidden. */
  readonly frames: Frame[][];
  readonly #sight: Uint8Array;
  /** 1 where `show_from` matches; undefined where it is not asked for. */
  readonly #shownFrom: Uint8Array | undefined;

  constructor(table: StackTable, matches: FilterMatches) {
    const objectTexts = table.objects.map((object) =>
      object.kind === 'marker' ? undefined : mappingFilename(object),
    );
    const size = table.locationFrames.length;
    this.#sight = new Uint8Array(size);
    this.#shownFrom = matches.show_from === undefined ? undefined : new Uint8Array(size);
    this.frames = table.locationFrames.map((chain, location) => {
      const place = { chain, object: objectTexts[table.locationObject[location]!] };
      this.#sight[location] = sightOf(place, matches);
      const left = matches.hide === undefined ? chain : withoutHidden(place, matches.hide);
      if (matches.show_from === undefined) return left;
      const until = shownUntil({ ...place, chain: left }, matches.show_from);
      if (until === undefined) return left;
      this.#shownFrom![location] = 1;
      // pprof cuts the chain wherever the location occurs, also below a caller that matches too.
      return left.slice(0, until);
    });
  }

  /** By node: whether the stack that ends in it stays. */
  inSight({ parent, location }: CallerTree): Uint8Array {
    const sight = new Uint8Array(parent.length);
    parent.forEach((caller, node) => {
      const above = caller < 0 ? 0 : sight[caller]!;
      const own = this.#sight[location[node]!]!;
      sight[node] = above === IGNORED || own === IGNORED ? IGNORED : above === FOCUSED ? FOCUSED : own;
    });
    return sight.map((seen) => (seen === FOCUSED ? 1 : 0));
  }

  /** Of a stack's locations, leaf first, those that stay; none where the stack goes. */
  keptOf(stack: Uint32Array): Uint32Array {
    const nothing = stack.subarray(0, 0);
    if (stack.some((location) => this.#sight[location] === IGNORED)) return nothing;
    if (!stack.some((location) => this.#sight[location] === FOCUSED)) return nothing;
    const seen = stack.filter((location) => this.frames[location]!.length > 0);
    const shownFrom = this.#shownFrom;
    if (shownFrom === undefined) return seen;
    return seen.subarray(0, seen.findLastIndex((location) => shownFrom[location] === 1) + 1);
  }
}

/** A location: its inline chain, innermost first, and its object's path; markers are in none. */
interface Place {
  chain: readonly Frame[];
  object: string | undefined;
}

const frameIn = ({ name, file }: Frame, matching: ReadonlySet<string>) =>
  matching.has(name) || matching.has(file);

const objectIn = ({ object }: Place, matching: ReadonlySet<string>) =>
  object !== undefined && matching.has(object);

const placeIn = (place: Place, matching: ReadonlySet<string>) =>
  place.chain.some((frame) => frameIn(frame, matching)) || objectIn(place, matching);

/** What is ignored is so although it is focused on. Without a focus everything is. */
function sightOf(place: Place, { focus, ignore }: FilterMatches): number {
  if (ignore !== undefined && placeIn(place, ignore)) return IGNORED;
  return focus === undefined || placeIn(place, focus) ? FOCUSED : 0;
}

/** Inlined calls are hidden one by one; an object that matches hides all of them. */
function withoutHidden(place: Place, hide: ReadonlySet<string>): Frame[] {
  if (objectIn(place, hide)) return [];
  return place.chain.filter((frame) => !frameIn(frame, hide));
}

/** Frames of the chain from the innermost to the outermost that matches; all of them where the object does. */
function shownUntil(place: Place, showFrom: ReadonlySet<string>): number | undefined {
  if (objectIn(place, showFrom)) return place.chain.length;
  const last = place.chain.findLastIndex((frame) => frameIn(frame, showFrom));
  return last < 0 ? undefined : last + 1;
}

/** Location columns of those that the stacks still have, and the stacks' locations by their new numbers. */
function usedPlaces(table: StackTable, frames: readonly Frame[][], stackLocations: readonly number[]) {
  const numbers = new Map<number, number>();
  for (const location of stackLocations) {
    if (!numbers.has(location)) numbers.set(location, numbers.size);
  }
  return {
    stackLocations: Uint32Array.from(stackLocations, (location) => numbers.get(location)!),
    ...locationColumns(table, frames, [...numbers.keys()]),
  };
}

function locationColumns(table: StackTable, frames: readonly Frame[][], locations: readonly number[]) {
  return {
    locationObject: Uint32Array.from(locations, (location) => table.locationObject[location]!),
    locationAddress: Float64Array.from(locations, (location) => table.locationAddress[location]!),
    locationFrames: locations.map((location) => frames[location]!),
    locationNamed: Uint8Array.from(locations, (location) => table.locationNamed[location]!),
  };
}
