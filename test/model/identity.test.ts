// Ids are stored: they are the same on every host, in every run, and in every version to come.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hash64, objectId } from '../../src/model/code-object.ts';
import type { LocationId, ObjectAddress } from '../../src/model/location.ts';
import { locationId, MARKER_OBJECT, markerLocation, MARKERS } from '../../src/model/location.ts';
import { processId } from '../../src/model/process.ts';
import { emptySamples } from '../../src/model/profile-batch.ts';
import { stackId } from '../../src/model/stack.ts';

const U64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

describe('ids', () => {
  it('are unsigned 64-bit numbers', () => {
    fc.assert(
      fc.property(fc.string(), U64, fc.nat(Number.MAX_SAFE_INTEGER), (text, object, address) => {
        const ids = [hash64(text), locationId(object as typeof MARKER_OBJECT.id, address)];
        for (const id of ids) expect(BigInt.asUintN(64, id)).toBe(id);
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  it('stay as they were stored', () => {
    expect({
      object: objectId('elf', 'elf', 'build:0102'),
      location: locationId(objectId('elf', 'elf', 'build:0102'), 0x401136),
      stack: stackId([1n, 2n] as LocationId[]),
      process: processId('boot', 77, 100, 'sh'),
      marker: MARKER_OBJECT.id,
    }).toMatchInlineSnapshot(`
      {
        "location": 6316282036858515285n,
        "marker": 16336969346550962652n,
        "object": 15876923966323639416n,
        "process": 476306715031109461n,
        "stack": 17824786150486405900n,
      }
    `);
  });

  it('tell kinds, addressings and keys of objects apart', () => {
    const ids = [
      objectId('elf', 'elf', 'a'),
      objectId('elf', 'file-offset', 'a'),
      objectId('vdso', 'base', 'a'),
      objectId('elf', 'elf', 'b'),
    ];
    expect(new Set(ids).size).toBe(4);
  });

  it('tell locations of neighbouring addresses and objects apart', () => {
    const ids = new Set<bigint>();
    for (let object = 1n; object <= 64n; object++) {
      for (let address = 0; address < 512; address++)
        ids.add(locationId(object as typeof MARKER_OBJECT.id, address));
    }
    expect(ids.size).toBe(64 * 512);
  });

  it('tell stacks of the same locations in another order apart', () => {
    const [a, b] = [1n, 2n] as LocationId[];
    expect(new Set([stackId([a!, b!]), stackId([b!, a!]), stackId([a!]), stackId([])]).size).toBe(4);
  });

  it('tell a reused pid and each image of a process apart', () => {
    const ids = [
      processId('boot', 7, 100, 'sh'),
      processId('boot', 7, 101, 'sh'),
      processId('boot', 7, 100, 'ls'),
      processId('other', 7, 100, 'sh'),
    ];
    expect(new Set(ids).size).toBe(4);
  });
});

describe('markers', () => {
  it('are appended to only: their places are stored', () => {
    expect(MARKERS.slice(0, 6)).toEqual([
      '[unknown]',
      '[truncated]',
      '[no user stack]',
      '[no kernel stack]',
      '[lost stack]',
      '[exited]',
    ]);
  });

  it('are locations of one object, at their place in the list', () => {
    MARKERS.forEach((marker, address) => {
      expect(markerLocation(marker)).toEqual({
        id: locationId(MARKER_OBJECT.id, address),
        object: MARKER_OBJECT.id,
        address: address as ObjectAddress,
      });
    });
  });
});

describe('emptySamples', () => {
  it('has room in every column for as many rows', () => {
    const { length, ...columns } = emptySamples(5);
    expect(length).toBe(0);
    expect(new Set(Object.values(columns).map((column) => column.length))).toEqual(new Set([5]));
  });
});
