// StackTables for tests, from text or from arbitrary stacks.
import fc from 'fast-check';
import { tableOfCallers } from '../../src/model/caller-table.ts';
import { ChildIndex } from '../../src/model/child-index.ts';
import type { CodeObject, ObjectKind } from '../../src/model/code-object.ts';
import { objectId } from '../../src/model/code-object.ts';
import type { Frame } from '../../src/model/frame.ts';
import type { StackTable } from '../../src/model/stack-table.ts';
import type { TextStack } from './text-columns.ts';
import { textFrame, textStacks } from './text-columns.ts';

export const PERIOD_NS = 10_000_000;

export function frame(name: string, more: Partial<Frame> = {}): Frame {
  return { name, systemName: name, file: '', line: 0, column: 0, ...more };
}

export function codeObject(path: string, kind: ObjectKind = 'elf', buildId = ''): CodeObject {
  return { id: objectId(kind, 'elf', path), kind, buildId, path, size: 0, addressing: 'elf' };
}

/** Cells as `textFrame` reads them; `[name]` is a stand-in; `groups` are the values of the table's label. */
export function stackTable(stacks: string | readonly TextStack[], groups?: readonly string[]): StackTable {
  const rows = typeof stacks === 'string' ? textStacks(stacks) : stacks;
  const objects = new Map<string, CodeObject>();
  const locations = new Map<string, number>();
  const columns = { object: [] as number[], frames: [] as Frame[][] };
  const offsets = [0];
  const stackLocations: number[] = [];
  for (const { frames } of rows) {
    for (const cell of [...frames].reverse()) {
      let location = locations.get(cell);
      if (location === undefined) {
        const { chain, object } = textFrame(cell);
        if (!objects.has(object)) objects.set(object, codeObject(object));
        location = columns.object.push([...objects.keys()].indexOf(object)) - 1;
        columns.frames.push(chain.map((name) => frame(name)));
        locations.set(cell, location);
      }
      stackLocations.push(location);
    }
    offsets.push(stackLocations.length);
  }
  return {
    count: Float64Array.from(rows, (row) => row.count),
    weightNs: Float64Array.from(rows, (row) => row.count * PERIOD_NS),
    ...(groups === undefined ? {} : { group: [...groups] }),
    offsets: Uint32Array.from(offsets),
    stackLocations: Uint32Array.from(stackLocations),
    locationObject: Uint32Array.from(columns.object),
    locationAddress: Float64Array.from(columns.object, (_, at) => 0x1000 + at * 16),
    locationFrames: columns.frames,
    locationNamed: Uint8Array.from(columns.frames, (frames) => (frames[0]!.name.startsWith('[') ? 0 : 1)),
    objects: [...objects.values()],
    periodNs: PERIOD_NS,
  };
}

/** The same as a store answers: stacks that begin alike share their callers. */
export function withCallers(table: StackTable): StackTable {
  const nodes = new ChildIndex();
  const leaf = Int32Array.from(table.count, (_, row) => {
    const stack = table.stackLocations.subarray(table.offsets[row], table.offsets[row + 1]);
    return stack.reduceRight((node, location) => nodes.child(node, location), -1);
  });
  const callers = {
    parent: nodes.parents.slice(0, nodes.size),
    location: Uint32Array.from(nodes.functions.subarray(0, nodes.size)),
    leaf,
  };
  return tableOfCallers({ ...table, callers });
}

const anyCell = fc
  .tuple(
    fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'operator<', '[x]'), { minLength: 1, maxLength: 3 }),
    fc.constantFrom('', '@libc.so', '@[kernel.kallsyms]'),
  )
  .map(([chain, object]) => chain.join('>') + object);

/** Few names and short stacks: recursion, shared prefixes and equal paths are common. */
export const anyStacks: fc.Arbitrary<TextStack[]> = fc.array(
  fc.record({
    frames: fc.array(anyCell, { minLength: 1, maxLength: 8 }),
    count: fc.integer({ min: 1, max: 1000 }),
  }),
  { maxLength: 30 },
);

/** Tables grouped by a label with few values, '' among them. */
export const anyGroupedTable: fc.Arbitrary<StackTable> = anyStacks.chain((stacks) =>
  fc
    .array(fc.constantFrom('', 'node', 'gcc'), { minLength: stacks.length, maxLength: stacks.length })
    .map((groups) => stackTable(stacks, groups)),
);

export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** Names of one stack from the root, chains expanded: a plain reference for trees and tables. */
export function namesOf(table: StackTable, stack: number): string[] {
  const names: string[] = [];
  for (let at = table.offsets[stack + 1]! - 1; at >= table.offsets[stack]!; at--) {
    const location = table.stackLocations[at]!;
    const object = table.objects[table.locationObject[location]!]!.path;
    for (const { name } of [...table.locationFrames[location]!].reverse()) names.push(`${name}@${object}`);
  }
  return names;
}
