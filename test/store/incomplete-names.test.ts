// Which locations better symbols could still name.
import { describe, expect, it } from 'vitest';
import type { Frame, SymbolResult } from '../../src/model/frame.ts';
import type { SymbolRow } from '../../src/store/profile-store.ts';
import { testLocation, textBatch, withStore } from './text-profile.ts';

const frame = (name: string, line: number): Frame => {
  return { name, systemName: `_Z${name}`, file: 'a.c', line, column: 2 };
};
const NO_FILE: SymbolResult = { ok: false, reason: 'no-file' };
const row = (cell: string, result: SymbolResult): SymbolRow => {
  return { location: testLocation(cell).location.id, result };
};

const TEXT = `
  main  main     main     main
  a     b        c@so     [truncated]@marker
  1     1        1        1`;
const ROWS = [
  row('main', { ok: true, frames: [frame('main', 3)] }),
  row('a', { ok: true, frames: [frame('inner', 0), frame('a', 0)] }),
  row('b', NO_FILE),
  row('c@so', { ok: false, reason: 'not-covered' }),
];

describe('incompleteObjects', () => {
  it('names objects with locations that lack a name or a line, in pieces', async () => {
    await withStore(async (store) => {
      await store.append(textBatch(TEXT), []);
      expect(await store.incompleteObjects(10, 0n)).toEqual([]);
      await store.appendSymbols(ROWS);
      const objects = await store.incompleteObjects(10, 0n);
      expect(Object.fromEntries(objects.map(({ object, ...rest }) => [object.path, rest]))).toEqual({
        '/usr/lib/app': { version: null, unread: 1, unreadThen: 0 },
        '/usr/lib/so': { version: null, unread: 0, unreadThen: 0 },
      });
      const [first] = await store.incompleteObjects(1, 0n);
      expect([first, ...(await store.incompleteObjects(10, first!.object.id))]).toEqual(objects);
    });
  });

  it('remembers what named an object last, together with the names', async () => {
    await withStore(async (store, _, reopen) => {
      await store.append(textBatch(TEXT), []);
      await store.appendSymbols(ROWS);
      const { object } = testLocation('a');
      await store.appendSymbols([], { object: object.id, version: 'old', unread: 9 });
      const better = row('b', { ok: true, frames: [frame('b', 4)] });
      await store.appendSymbols([better], { object: object.id, version: 'new', unread: 0 });
      const again = await reopen();
      expect(await again.incompleteObjects(10, 0n)).toContainEqual({
        object,
        version: 'new',
        unread: 0,
        unreadThen: 0,
      });
    });
  });
});

describe('incompleteLocations', () => {
  it('gives them in pieces in the order of addresses, with their whole chain or the reason', async () => {
    await withStore(async (store) => {
      await store.append(textBatch(TEXT), []);
      await store.appendSymbols(ROWS);
      const { id } = testLocation('a').object;
      const [a, b] = ['a', 'b'].map((cell) => testLocation(cell).location);
      const first = await store.incompleteLocations(id, -1, 1);
      expect(first).toEqual([
        { location: a, result: { ok: true, frames: [frame('inner', 0), frame('a', 0)] } },
      ]);
      expect(await store.incompleteLocations(id, a!.address, 10)).toEqual([{ location: b, result: NO_FILE }]);
      expect(await store.incompleteLocations(id, b!.address, 10)).toEqual([]);
    });
  });
});
