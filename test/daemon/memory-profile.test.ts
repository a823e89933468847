// The profile that `record` keeps, as the table that everything else reads.
import { describe, expect, it } from 'vitest';
import { MemoryProfile } from '../../src/daemon/memory-profile.ts';
import type { CodeObject } from '../../src/model/code-object.ts';
import { objectId } from '../../src/model/code-object.ts';
import type { Frame, SymbolResult } from '../../src/model/frame.ts';
import type { Location, ObjectAddress } from '../../src/model/location.ts';
import { locationId, MARKER_OBJECT, markerLocation, MARKERS } from '../../src/model/location.ts';
import type { ProfileBatch } from '../../src/model/profile-batch.ts';
import { emptySamples } from '../../src/model/profile-batch.ts';
import type { Stack } from '../../src/model/stack.ts';
import { stackId } from '../../src/model/stack.ts';
import { encodeFolded } from '../../src/query/folded.ts';

const frame = (name: string): Frame => ({ name, systemName: name, file: '', line: 0, column: 0 });
const APP: CodeObject = {
  id: objectId('elf', 'elf', 'app'),
  kind: 'elf',
  buildId: '',
  path: '/bin/app',
  size: 0,
  addressing: 'elf',
};
const at = (address: number): Location => {
  return { id: locationId(APP.id, address), object: APP.id, address: address as ObjectAddress };
};
const stackOf = (...locations: Location[]): Stack => {
  const ids = locations.map(({ id }) => id);
  return { id: stackId(ids), locations: ids };
};

function batch(samples: readonly [Stack, number][], definitions: Partial<ProfileBatch> = {}): ProfileBatch {
  const columns = emptySamples(samples.length);
  samples.forEach(([stack, weightNs], row) => {
    columns.stackId[row] = stack.id;
    columns.weightNs[row] = weightNs;
    columns.count[row] = 1;
  });
  columns.length = samples.length;
  return {
    samples: columns,
    threadNames: [],
    stacks: [],
    locations: [],
    objects: [],
    processes: [],
    ...definitions,
  };
}

const symbolize = (object: CodeObject, addresses: number[]): Promise<SymbolResult[]> =>
  Promise.resolve(
    addresses.map((address) => {
      if (object.kind === 'marker') return { ok: true, frames: [frame(MARKERS[address]!)] };
      return address === 9
        ? { ok: false, reason: 'not-covered' }
        : { ok: true, frames: [frame(`f${address}`)] };
    }),
  );
const standIn = (object: CodeObject): Frame => frame(`[${object.path}]`);

describe('MemoryProfile', () => {
  it('is empty before anything was sampled', async () => {
    const table = await new MemoryProfile().table(symbolize, standIn);
    expect([table.count.length, table.offsets, table.periodNs]).toEqual([0, Uint32Array.of(0), 0]);
  });

  it('sums samples by stack over batches, the definitions of which come once', async () => {
    const profile = new MemoryProfile();
    const [one, two] = [stackOf(at(1), at(2)), stackOf(at(3), at(2))];
    const locations = [at(1), at(2), at(3)];
    profile.add(batch([[one, 100], [two, 100]], { stacks: [one, two], locations, objects: [APP] })); // prettier-ignore
    profile.add(batch([[one, 100], [one, 50]])); // prettier-ignore
    const table = await profile.table(symbolize, standIn);
    expect(profile.samples).toBe(4);
    expect([...table.count]).toEqual([3, 1]);
    expect([...table.weightNs]).toEqual([250, 100]);
    expect(encodeFolded(table).trim().split('\n').sort()).toEqual(['f2;f1 3', 'f2;f3 1']);
  });

  it('gives the period that most samples had', async () => {
    const profile = new MemoryProfile();
    const one = stackOf(at(1));
    const defined = { stacks: [one], locations: [at(1)], objects: [APP] };
    profile.add(batch([[one, 50], [one, 100], [one, 100]], defined)); // prettier-ignore
    expect((await profile.table(symbolize, standIn)).periodNs).toBe(100);
  });

  it('lets a stand-in answer for what has no name, and calls only real names named', async () => {
    const profile = new MemoryProfile();
    const unknown = markerLocation('[unknown]');
    const one = stackOf(at(1), at(9), unknown);
    profile.add(batch([[one, 100]], { stacks: [one], locations: [at(1), at(9), unknown], objects: [APP, MARKER_OBJECT] })); // prettier-ignore
    const table = await profile.table(symbolize, standIn);
    expect(table.locationFrames.map((frames) => frames[0]!.name)).toEqual(['f1', '[/bin/app]', '[unknown]']);
    expect([...table.locationNamed]).toEqual([1, 0, 0]);
  });

  it('takes an empty chain for no name', async () => {
    const profile = new MemoryProfile();
    const one = stackOf(at(1));
    profile.add(batch([[one, 100]], { stacks: [one], locations: [at(1)], objects: [APP] })); // prettier-ignore
    const empty = (): Promise<SymbolResult[]> => Promise.resolve([{ ok: true, frames: [] }]);
    const table = await profile.table(empty, standIn);
    expect(table.locationFrames).toMatchObject([[{ name: '[/bin/app]' }]]);
    expect([...table.locationNamed]).toEqual([0]);
  });

  it('leaves out stacks that no sample has', async () => {
    const profile = new MemoryProfile();
    const [one, two] = [stackOf(at(1)), stackOf(at(2))];
    profile.add(batch([[two, 100]], { stacks: [one, two], locations: [at(1), at(2)], objects: [APP] }));
    const table = await profile.table(symbolize, standIn);
    expect([...table.count]).toEqual([1]);
    expect(table.locationFrames[table.stackLocations[0]!]![0]!.name).toBe('f2');
  });
});
