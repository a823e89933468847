// The locations of a StackTable with their frames; a location without a name gets a frame that stands for it.
import type { CodeObject } from '../model/code-object.ts';
import type { Frame } from '../model/frame.ts';
import { MARKER_OBJECT } from '../model/location.ts';
import type { StackTable } from '../model/stack-table.ts';
import type { DecodedStacks } from './decoded-stacks.ts';
import { standIn } from './location-query.ts';

export type LocationColumns = Pick<
  StackTable,
  'locationObject' | 'locationAddress' | 'locationFrames' | 'locationNamed' | 'objects'
>;

/** `used`: numbers of the locations in `decoded`, in the order of the columns. */
export function locationColumns(decoded: DecodedStacks, used: Uint32Array): LocationColumns {
  const { objects, numbers } = usedObjects(decoded, used);
  const columns = {
    locationObject: used.map((location) => numbers[decoded.objectOf(location)]!),
    locationAddress: Float64Array.from(used, (location) => decoded.addressOf(location)),
    locationFrames: new Array<Frame[]>(used.length),
    locationNamed: new Uint8Array(used.length),
    objects,
  };
  const standIns = new StandIns(objects);
  used.forEach((location, at) => {
    const chain = decoded.chains[location];
    columns.locationFrames[at] =
      chain ?? standIns.of(columns.locationObject[at]!, columns.locationAddress[at]!);
    columns.locationNamed[at] = chain === undefined ? 0 : 1;
  });
  return columns;
}

/** By path, so that the same samples always give the same table, and the markers' last; `numbers` are the new ones. */
function usedObjects(decoded: DecodedStacks, used: Uint32Array) {
  const indices = [...new Set(used.map((location) => decoded.objectOf(location)))];
  const keyed = indices.map((index) => ({ index, object: decoded.objects[index]! }));
  const markers = ({ object }: { object: CodeObject }) => object.id === MARKER_OBJECT.id;
  const sorted = keyed.filter((one) => !markers(one)).sort((a, b) => compare(a.object, b.object));
  const numbers: number[] = [];
  [...sorted, ...keyed.filter(markers)].forEach(({ index }, number) => (numbers[index] = number));
  return { objects: [...sorted.map(({ object }) => object), MARKER_OBJECT], numbers };
}

function compare(a: CodeObject, b: CodeObject): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

/** The locations of an object that have no name share their frame: there may be more of them than of the others. */
class StandIns {
  readonly #objects: readonly CodeObject[];
  readonly #known: (Frame[] | undefined)[] = [];

  constructor(objects: readonly CodeObject[]) {
    this.#objects = objects;
  }

  /** `object` is its index. */
  of(object: number, address: number): Frame[] {
    const { [object]: made } = this.#objects;
    if (made!.kind === 'marker') return [standIn(made!, address)];
    return (this.#known[object] ??= [standIn(made!, address)]);
  }
}
