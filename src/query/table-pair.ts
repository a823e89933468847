// Two StackTables as one, so that whatever merges, names or encodes one table does so for both.
import { tableOfCallers } from '../model/caller-table.ts';
import type { CodeObject } from '../model/code-object.ts';
import type { Frame } from '../model/frame.ts';
import type { CallerTree, StackTable } from '../model/stack-table.ts';
import type { StackRows } from './stack-rows.ts';

export interface TablePair {
  /** Left's stacks, then right's; objects and locations that both have are there once. */
  table: StackTable;
  left: StackRows;
  right: StackRows;
}

export function pairTables(left: StackTable, right: StackTable): TablePair {
  const places = new PlaceColumns();
  const leftPlaces = places.add(left);
  const rightPlaces = places.add(right);
  const split = left.count.length;
  const columns = {
    count: joined(Float64Array, left.count, right.count),
    weightNs: joined(Float64Array, left.weightNs, right.weightNs),
    ...joinedGroups(left, right),
    ...places.columns(),
    periodNs: Math.max(left.periodNs, right.periodNs),
  };
  const callers = joinedCallers(left, right, leftPlaces, rightPlaces);
  const table =
    callers === undefined
      ? { ...columns, ...joinedLists(left, right, leftPlaces, rightPlaces) }
      : tableOfCallers({ ...columns, callers });
  return {
    table,
    left: { from: 0, until: split },
    right: { from: split, until: table.count.length },
  };
}

function joinedGroups(left: StackTable, right: StackTable): { group?: string[] } {
  if (left.group === undefined && right.group === undefined) return {};
  const groupsOf = ({ group, count }: StackTable) => group ?? Array.from(count, () => '');
  return { group: [...groupsOf(left), ...groupsOf(right)] };
}

function joinedLists(
  left: StackTable,
  right: StackTable,
  leftPlaces: Uint32Array,
  rightPlaces: Uint32Array,
): Pick<StackTable, 'offsets' | 'stackLocations'> {
  const after = left.stackLocations.length;
  return {
    offsets: joined(
      Uint32Array,
      left.offsets,
      right.offsets.subarray(1).map((offset) => offset + after),
    ),
    stackLocations: joined(
      Uint32Array,
      left.stackLocations.map((location) => leftPlaces[location]!),
      right.stackLocations.map((location) => rightPlaces[location]!),
    ),
  };
}

/** Right's nodes after left's: what both have are two nodes here, and one in a path tree. */
function joinedCallers(
  { callers: left }: StackTable,
  { callers: right }: StackTable,
  leftPlaces: Uint32Array,
  rightPlaces: Uint32Array,
): CallerTree | undefined {
  if (left === undefined || right === undefined) return undefined;
  const size = left.parent.length;
  const after = (node: number) => (node < 0 ? node : node + size);
  return {
    parent: joined(Int32Array, left.parent, right.parent.map(after)),
    location: joined(
      Uint32Array,
      left.location.map((location) => leftPlaces[location]!),
      right.location.map((location) => rightPlaces[location]!),
    ),
    leaf: joined(Int32Array, left.leaf, right.leaf.map(after)),
  };
}

function joined<T extends Float64Array | Uint32Array | Int32Array>(
  type: new (length: number) => T,
  a: T,
  b: T,
): T {
  const column = new type(a.length + b.length);
  column.set(a);
  column.set(b, a.length);
  return column;
}

/** Objects and locations of both tables. */
class PlaceColumns {
  readonly #objects: CodeObject[] = [];
  readonly #objectIndex = new Map<bigint, number>();
  readonly #object: number[] = [];
  readonly #address: number[] = [];
  readonly #frames: Frame[][] = [];
  readonly #named: number[] = [];
  /** By object, then by address. */
  readonly #locationIndex: Map<number, number>[] = [];

  /** The index that each of the table's locations has here. */
  add(table: StackTable): Uint32Array {
    const objects = table.objects.map((object) => this.#addObject(object));
    return Uint32Array.from(table.locationFrames, (frames, location) => {
      const object = objects[table.locationObject[location]!]!;
      const address = table.locationAddress[location]!;
      const ofObject = this.#locationIndex[object]!;
      const known = ofObject.get(address);
      // A name that arrived between the two queries makes a location of its own, so that neither side is renamed.
      if (known !== undefined && sameFrames(this.#frames[known]!, frames)) return known;
      const index = this.#object.push(object) - 1;
      this.#address.push(address);
      this.#frames.push(frames);
      this.#named.push(table.locationNamed[location]!);
      ofObject.set(address, index);
      return index;
    });
  }

  columns(): Pick<
    StackTable,
    'locationObject' | 'locationAddress' | 'locationFrames' | 'locationNamed' | 'objects'
  > {
    return {
      locationObject: Uint32Array.from(this.#object),
      locationAddress: Float64Array.from(this.#address),
      locationFrames: this.#frames,
      locationNamed: Uint8Array.from(this.#named),
      objects: this.#objects,
    };
  }

  #addObject(object: CodeObject): number {
    const known = this.#objectIndex.get(object.id);
    if (known !== undefined) return known;
    const index = this.#objects.push(object) - 1;
    this.#locationIndex.push(new Map());
    this.#objectIndex.set(object.id, index);
    return index;
  }
}

function sameFrames(a: readonly Frame[], b: readonly Frame[]): boolean {
  return a.length === b.length && a.every((frame, i) => sameFrame(frame, b[i]!));
}

function sameFrame(a: Frame, b: Frame): boolean {
  const sameFunction = a.name === b.name && a.systemName === b.systemName && a.file === b.file;
  return sameFunction && a.line === b.line && a.column === b.column;
}
