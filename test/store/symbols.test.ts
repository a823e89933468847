import { describe, expect, it } from 'vitest';
import type { LocationId } from '../../src/model/location.ts';
import { EVER, testLocation, textBatch, textSymbols, withStore } from './text-profile.ts';

describe('symbols', () => {
  it('replaces what was known of a location, the last of several in one call', async () => {
    await withStore(async (store) => {
      await store.append(textBatch('main\n1'), []);
      const [row] = textSymbols('main\n1');
      const [better] = textSymbols('better\n1');
      await store.appendSymbols([row!]);
      await store.appendSymbols([row!, { location: row!.location, result: better!.result }]);
      const table = await store.stacks([], EVER);
      expect(table.locationFrames).toMatchObject([[{ name: 'better' }]]);
      expect((await store.usage()).symbols).toBe(1);
    });
  });

  it('keeps how code made at run time was compiled, where that is told', async () => {
    await withStore(async (store) => {
      await store.append(textBatch('main  main\nf     g\n2     1'), []);
      const place = { file: 'app.js', line: 3, column: 1 };
      const frames = [
        { name: 'f', systemName: 'f', ...place, tier: 'optimized' },
        { name: 'main', systemName: 'main', ...place },
      ];
      const { location } = testLocation('f');
      await store.appendSymbols([{ location: location.id, result: { ok: true, frames } }]);
      const table = await store.stacks([], EVER);
      expect(table.locationFrames).toContainEqual(frames);
    });
  });

  it('tells which locations have neither a name nor a reason, by object', async () => {
    await withStore(async (store) => {
      await store.append(
        textBatch('[unknown]@marker  main\na                 b@libc.so\n1                 1'),
        [],
      );
      const names = async (limit: number) =>
        (await store.unnamedLocations(limit))
          .map(({ object, locations }) => [object.path, locations.length])
          .sort();
      expect(await names(100)).toEqual([
        ['/usr/lib/app', 2],
        ['/usr/lib/libc.so', 1],
      ]);
      expect((await store.unnamedLocations(1)).flatMap(({ locations }) => locations)).toHaveLength(1);
      await store.appendSymbols(textSymbols('main\na\n1'));
      expect(await names(100)).toEqual([['/usr/lib/libc.so', 1]]);
      const { location } = testLocation('b@libc.so');
      await store.appendSymbols([{ location: location.id, result: { ok: false, reason: 'no-file' } }]);
      expect(await names(100)).toEqual([]);
    });
  });

  it('looks again after new locations have arrived', async () => {
    await withStore(async (store) => {
      expect(await store.unnamedLocations(10)).toEqual([]);
      await store.append(textBatch('main\n1'), []);
      expect(await store.unnamedLocations(10)).toHaveLength(1);
    });
  });

  it('keeps an empty inline chain as a miss', async () => {
    await withStore(async (store) => {
      await store.append(textBatch('main\n1'), []);
      const id: LocationId = testLocation('main').location.id;
      await store.appendSymbols([{ location: id, result: { ok: true, frames: [] } }]);
      expect(await store.unnamedLocations(10)).toEqual([]);
      expect((await store.stacks([], EVER)).locationFrames[0]![0]!.name).toBe('[app]');
    });
  });
});
