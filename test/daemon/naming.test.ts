// Naming: which locations are asked for, and what is stored of the answers.
import { describe, expect, it, vi } from 'vitest';
import { Naming } from '../../src/daemon/naming.ts';
import type { CodeObject, ObjectKind } from '../../src/model/code-object.ts';
import { objectId } from '../../src/model/code-object.ts';
import type { SymbolResult } from '../../src/model/frame.ts';
import type { Location, ObjectAddress } from '../../src/model/location.ts';
import { locationId, MARKER_OBJECT, markerLocation } from '../../src/model/location.ts';
import type { ProfileBatch } from '../../src/model/profile-batch.ts';
import { emptySamples } from '../../src/model/profile-batch.ts';
import { RecordingStore } from '../support/recording-store.ts';

const object = (path: string, kind: ObjectKind = 'elf'): CodeObject => {
  return { id: objectId(kind, 'elf', path), kind, buildId: '', path, size: 0, addressing: 'elf' };
};
const location = (of: CodeObject, address: number): Location => {
  return { id: locationId(of.id, address), object: of.id, address: address as ObjectAddress };
};
const batch = (objects: CodeObject[], locations: Location[]): ProfileBatch => {
  return { samples: emptySamples(0), threadNames: [], stacks: [], processes: [], objects, locations };
};

/** Names every address after its object; keeps what it was asked. */
class Names {
  readonly asked: string[] = [];
  symbolize(of: CodeObject, addresses: readonly number[]): Promise<SymbolResult[]> {
    this.asked.push(`${of.path} ${addresses.join(' ')}`);
    const name = (address: number) => `${of.path}@${address}`;
    return Promise.resolve(
      addresses.map((address) =>
        address === 0
          ? { ok: false, reason: 'not-covered' }
          : { ok: true, frames: [{ name: name(address), systemName: '', file: '', line: 0, column: 0 }] },
      ),
    );
  }
}

const [A, B] = [object('/a'), object('/b')];

function setUp(): { names: Names; recording: RecordingStore; naming: Naming } {
  const [names, recording] = [new Names(), new RecordingStore()];
  return { names, recording, naming: new Naming(names, recording.store) };
}
const found = (naming: Naming): unknown[] =>
  naming.take().map(({ location: id, result }) => [id, result.ok ? result.frames[0]!.name : result.reason]);

describe('Naming', () => {
  it('asks for the locations of each object together, and finds names and misses alike', async () => {
    const { names, naming } = setUp();
    naming.add(batch([A, B], [location(A, 1), location(B, 2), location(A, 0)]));
    await naming.settled(1000);
    expect(names.asked).toEqual(['/a 1 0', '/b 2']);
    expect(found(naming)).toEqual([
      [locationId(A.id, 1), '/a@1'],
      [locationId(A.id, 0), 'not-covered'],
      [locationId(B.id, 2), '/b@2'],
    ]);
  });

  it('remembers the objects that earlier batches defined', async () => {
    const { names, naming } = setUp();
    naming.add(batch([A], [location(A, 1)]));
    naming.add(batch([], [location(A, 2)]));
    await naming.settled(1000);
    expect(names.asked).toEqual(['/a 1', '/a 2']);
  });

  it('asks for no names of markers', async () => {
    const { names, naming } = setUp();
    naming.add(batch([MARKER_OBJECT], [markerLocation('[unknown]')]));
    await naming.settled(1000);
    expect([names.asked, found(naming)]).toEqual([[], []]);
  });

  it('names what an earlier run left unnamed', async () => {
    const { recording, naming } = setUp();
    recording.unnamed = [{ object: A, locations: [location(A, 7)] }];
    naming.addUnnamed();
    await naming.settled(1000);
    expect(found(naming)).toEqual([[locationId(A.id, 7), '/a@7']]);
  });

  it('goes on after the store could not tell what is unnamed', async () => {
    const { recording, naming } = setUp();
    const error = vi.spyOn(console, 'error').mockReturnValue();
    vi.spyOn(recording.store, 'unnamedLocations').mockRejectedValueOnce(new Error('disk full'));
    naming.addUnnamed();
    await naming.settled(1000);
    expect(error).toHaveBeenCalledWith('pilotlight: naming failed: Error: disk full');
    naming.add(batch([A], [location(A, 2)]));
    await naming.settled(1000);
    expect(found(naming)).toEqual([[locationId(A.id, 2), '/a@2']]);
    error.mockRestore();
  });

  it('takes names back, before those found since', async () => {
    const { naming } = setUp();
    naming.add(batch([A], [location(A, 1)]));
    await naming.settled(1000);
    const refused = naming.take();
    naming.add(batch([A], [location(A, 2)]));
    await naming.settled(1000);
    naming.giveBack(refused);
    expect(found(naming)).toEqual([
      [locationId(A.id, 1), '/a@1'],
      [locationId(A.id, 2), '/a@2'],
    ]);
  });

  it('does not wait longer than it is told to', async () => {
    const { recording } = setUp();
    const naming = new Naming({ symbolize: () => new Promise(() => undefined) }, recording.store);
    naming.add(batch([A], [location(A, 1)]));
    await naming.settled(1);
    expect(naming.take()).toEqual([]);
  });
});
