// History named again: on the real store, with a symbolizer whose files the test changes.
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { NamesAgain } from '../../src/daemon/naming-again.ts';
import { NamingAgain } from '../../src/daemon/naming-again.ts';
import type { CodeObject, ObjectId } from '../../src/model/code-object.ts';
import type { SymbolResult } from '../../src/model/frame.ts';
import { callTree } from '../../src/query/call-tree.ts';
import type { IncompleteObject, ProfileStore } from '../../src/store/profile-store.ts';
import { drawnTree } from '../query/drawn-tree.ts';
import { executeOn, EVER, testLocation, textBatch, textSymbols, withStore } from '../store/text-profile.ts';

/** The files of a host: what each object's locations are called now. Tells when its locations are asked for. */
class FakeFiles implements NamesAgain {
  readonly versions = new Map<string, string | null>();
  readonly names = new Map<bigint, SymbolResult>();
  asked: string[] = [];

  namesVersion({ path }: CodeObject): Promise<string | null> {
    return Promise.resolve(this.versions.get(path) ?? null);
  }

  symbolize(object: CodeObject, addresses: readonly number[]): Promise<SymbolResult[]> {
    this.asked.push(`${object.path} ${addresses.length}`);
    const known = new Map([...this.names].map(([id, result]) => [id, result]));
    const results = [...LOCATIONS.values()].filter((each) => each.object.id === object.id);
    return Promise.resolve(
      addresses.map((address) => {
        const place = results.find(({ location }) => location.address === address);
        return known.get(place?.location.id ?? -1n) ?? { ok: false, reason: 'no-symbols' };
      }),
    );
  }

  /** What a stripped binary has: nothing, with a version that says so. */
  strip(path: string): void {
    this.versions.set(path, 'stripped');
  }

  /** A debug file with names, chains and lines for every frame of the text. */
  putDebugFile(path: string, text: string): void {
    this.versions.set(path, 'with debug file');
    for (const { location, result } of textSymbols(text)) this.names.set(location, result);
  }
}

const TEXT = `
  main   main           main
  parse  outer>inner    parse
  lex    write@libc.so
  5      3              2`;
const CELLS = ['main', 'parse', 'lex', 'outer>inner', 'write@libc.so'];
const LOCATIONS = new Map(CELLS.map((cell) => [cell, testLocation(cell)]));
const APP = '/usr/lib/app';
const LIBC = '/usr/lib/libc.so';

async function drawn(store: ProfileStore): Promise<string[]> {
  const tree = callTree(await store.stacks([], EVER));
  return drawnTree(
    tree,
    (node) => `${tree.totalNodeCount[node]!} ${tree.files[tree.file[node]!]!}:${tree.line[node]!}`,
  );
}

const NAMED = [
  'all 10 :0',
  '  main 10 main.c:7',
  '    parse 7 parse.c:7',
  '      lex 5 lex.c:7',
  '    outer 3 outer.c:7',
  '      inner 3 inner.c:7',
  '        write 3 write.c:7',
];
const UNNAMED = ['all 10 :0', '  [app] 10 :0', '    [app] 10 :0', '      [app] 5 :0', '      [libc.so] 3 :0'];

function namingAgain(store: ProfileStore, symbolizer: NamesAgain, more: { now?: () => number } = {}) {
  return new NamingAgain({ symbolizer, store, busy: () => false, ...more });
}

/** A window that was sampled while only stripped files were there, and named as well as they allowed. */
async function withStripped(
  work: (store: ProfileStore, files: FakeFiles, naming: NamingAgain) => Promise<void>,
): Promise<void> {
  await withStore(async (store) => {
    const files = new FakeFiles();
    for (const path of [APP, LIBC]) files.strip(path);
    await store.append(textBatch(TEXT), []);
    const naming = namingAgain(store, files);
    await naming.round();
    expect(await drawn(store)).toEqual(UNNAMED);
    files.asked = [];
    await work(store, files, naming);
  });
}

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('naming history again', () => {
  it('names an old window when debug files come, inlined calls and lines included', async () => {
    await withStripped(async (store, files, naming) => {
      files.putDebugFile(APP, TEXT);
      files.putDebugFile(LIBC, TEXT);
      expect(await naming.round()).toEqual({ objects: 2, locations: 5, complete: true });
      expect(await drawn(store)).toEqual(NAMED);
    });
  });

  it('gives the same flame graph after the names were deleted and found again', async () => {
    await withStore(async (store, dataDir, reopen) => {
      const files = new FakeFiles();
      files.putDebugFile(APP, TEXT);
      files.putDebugFile(LIBC, TEXT);
      await store.append(textBatch(TEXT), [], textSymbols(TEXT));
      const before = await drawn(store);
      expect(before).toEqual(NAMED);
      await store.close();
      await executeOn(dataDir, 'DELETE FROM symbols');
      const again = await reopen();
      expect(await drawn(again)).toEqual(UNNAMED);
      await namingAgain(again, files).round();
      expect(await drawn(again)).toEqual(before);
    });
  });

  it('asks only for objects that something else could name now', async () => {
    await withStripped(async (_, files, naming) => {
      await naming.round();
      expect(files.asked).toEqual([]);
      files.putDebugFile(LIBC, TEXT);
      await naming.round();
      expect(files.asked).toEqual([`${LIBC} 1`]);
      files.asked = [];
      files.versions.set(APP, null);
      await naming.round();
      expect(files.asked).toEqual([]);
    });
  });

  it('never puts a worse name in the place of a better one', async () => {
    await withStripped(async (store, files, naming) => {
      files.putDebugFile(APP, TEXT);
      await naming.round();
      const before = await drawn(store);
      // Another copy, with names but without lines; and one location that still has none of both.
      files.versions.set(APP, 'names only');
      for (const { location } of LOCATIONS.values()) {
        const frame = { name: 'worse', systemName: 'worse', file: '', line: 0, column: 0 };
        files.names.set(location.id, { ok: true, frames: [frame] });
      }
      await naming.round();
      expect(await drawn(store)).toEqual(before);
    });
  });

  it('tries again what could not be read when it was new, although its names are the same', async () => {
    await withStripped(async (store, files, naming) => {
      files.putDebugFile(APP, TEXT);
      await naming.round();
      const { location } = LOCATIONS.get('lex')!;
      await store.appendSymbols([{ location: location.id, result: { ok: false, reason: 'no-file' } }]);
      files.asked = [];
      expect(await naming.round()).toMatchObject({ locations: 1 });
      expect(files.asked).toEqual([`${APP} 1`]);
      expect((await drawn(store)).some((line) => line.includes('lex 5 lex.c:7'))).toBe(true);
      // Where it cannot be read even so, it is asked for once, not in every round.
      files.names.set(location.id, { ok: false, reason: 'no-file' });
      await store.appendSymbols([{ location: location.id, result: { ok: false, reason: 'no-file' } }]);
      for (let i = 0; i < 3; i++) await naming.round();
      expect(files.asked).toEqual([`${APP} 1`, `${APP} 1`]);
    });
  });

  it('gives code made at run time a name only where nobody could say anything when it ran', async () => {
    await withStore(async (store) => {
      const text = 'early@jit  late@jit  gone@jit\n1          1         1';
      const [early, late, gone] = ['early@jit', 'late@jit', 'gone@jit'].map(testLocation);
      await store.append(textBatch(text), []);
      const plain = { name: 'early', systemName: 'early', file: '', line: 0, column: 0 };
      await store.appendSymbols([
        { location: early!.location.id, result: { ok: true, frames: [plain] } },
        { location: late!.location.id, result: { ok: false, reason: 'no-map' } },
        { location: gone!.location.id, result: { ok: false, reason: 'not-covered' } },
      ]);
      const asked: number[] = [];
      const now = { name: 'now', systemName: 'now', file: 'now.js', line: 1, column: 1 };
      const symbolizer: NamesAgain = {
        namesVersion: () => Promise.resolve('a map'),
        symbolize: (_, addresses) => {
          asked.push(...addresses);
          return Promise.resolve(addresses.map(() => ({ ok: true, frames: [now] })));
        },
      };
      expect(await namingAgain(store, symbolizer).round()).toMatchObject({ locations: 1 });
      expect(asked).toEqual([late!.location.address]);
      symbolizer.namesVersion = () => Promise.resolve('a longer map');
      expect(await namingAgain(store, symbolizer).round()).toMatchObject({ objects: 0 });
      expect(await drawn(store)).toEqual(['all 3 :0', '  early 1 :0', '  now 1 now.js:1', '  [jit] 1 :0']);
    });
  });

  it('stops when its time is over, and the next round goes on there', async () => {
    await withStripped(async (store, files) => {
      files.putDebugFile(APP, TEXT);
      files.putDebugFile(LIBC, TEXT);
      let now = 0;
      const naming = namingAgain(store, files, { now: () => (now += 2_000) });
      const rounds = [];
      do rounds.push(await naming.round());
      while (rounds.at(-1)?.complete === false && rounds.length < 10);
      expect(rounds.length).toBeGreaterThan(1);
      expect(rounds.at(-1)).toMatchObject({ complete: true });
      expect(files.asked.sort()).toEqual([`${APP} 4`, `${LIBC} 1`]);
      expect(await drawn(store)).toEqual(NAMED);
    });
  });

  it('follows a round that is under way with another, since what it has passed may be named now', async () => {
    await withStripped(async (store, files, naming) => {
      const first = naming.round();
      files.putDebugFile(APP, TEXT);
      files.putDebugFile(LIBC, TEXT);
      const [second, third] = [naming.round(), naming.round()];
      expect(second).toBe(third);
      await Promise.all([first, second]);
      expect(await drawn(store)).toEqual(NAMED);
    });
  });

  it('tells of a store that refuses, and tries again in the next round', async () => {
    await withStripped(async (store, files, naming) => {
      const error = vi.spyOn(console, 'error').mockReturnValue();
      vi.spyOn(store, 'appendSymbols').mockRejectedValueOnce(new Error('disk full'));
      files.putDebugFile(APP, TEXT);
      expect(await naming.round()).toMatchObject({ complete: false, locations: 0 });
      expect(error).toHaveBeenCalledWith('pilotlight: naming history again failed: Error: disk full');
      expect(await naming.round()).toMatchObject({ complete: true, locations: 4 });
    });
  });
});

describe('the rounds of naming again', () => {
  const NOTHING = {
    unnamedLocations: () => Promise.resolve([]),
    incompleteObjects: vi.fn(() => Promise.resolve([])),
    incompleteLocations: () => Promise.resolve([]),
    appendSymbols: () => Promise.resolve(),
  };

  it('go on with the next objects where there are more than one round looks at', async () => {
    vi.useFakeTimers();
    const objects = Array.from({ length: 2_500 }, (_, i): IncompleteObject => {
      const object = { ...testLocation('main').object, id: BigInt(i + 1) as ObjectId };
      return { object, version: null, unread: 0, unreadThen: 0 };
    });
    const store = {
      ...NOTHING,
      incompleteObjects: (limit: number, beyond: bigint) =>
        Promise.resolve(objects.filter(({ object }) => object.id > beyond).slice(0, limit)),
    };
    const looked = new Set<bigint>();
    const symbolizer = new FakeFiles();
    symbolizer.namesVersion = ({ id }) => {
      looked.add(id);
      return Promise.resolve(null);
    };
    const naming = new NamingAgain({ symbolizer, store, busy: () => false, now: () => 0 });
    naming.start();
    const seen: number[] = [];
    for (let round = 0; round < 4; round++) {
      await vi.advanceTimersByTimeAsync(181_000);
      seen.push(looked.size);
      if (looked.size === objects.length) looked.clear();
    }
    expect(seen).toEqual([1000, 2000, 2500, 1000]);
    await naming.stop();
  });

  it('come soon when a debug file has come, with that object asked for whatever its version', async () => {
    vi.useFakeTimers();
    const { object } = testLocation('main');
    const again = vi.fn(() => Promise.resolve());
    const incomplete: IncompleteObject = { object, version: 'same', unread: 0, unreadThen: 0 };
    const store = {
      ...NOTHING,
      incompleteObjects: () => Promise.resolve([incomplete]),
      appendSymbols: again,
    };
    const symbolizer = new FakeFiles();
    symbolizer.versions.set(object.path, 'same');
    const naming = new NamingAgain({ symbolizer, store, busy: () => false, now: () => 0 });
    naming.start();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(again).not.toHaveBeenCalled();
    naming.want(object.id);
    await vi.advanceTimersByTimeAsync(10_000);
    naming.want(object.id); // others that come meanwhile do not put it off
    await vi.advanceTimersByTimeAsync(6_000);
    expect(again).toHaveBeenCalledTimes(1);
    expect(again).toHaveBeenCalledWith([], { object: object.id, version: 'same', unread: 0 });
    await vi.advanceTimersByTimeAsync(400_000);
    expect(again).toHaveBeenCalledTimes(1);
    await naming.stop();
  });

  it('come every few minutes, not while new locations wait for their names, and end when stopped', async () => {
    vi.useFakeTimers();
    let busy = false;
    const naming = new NamingAgain({ symbolizer: new FakeFiles(), store: NOTHING, busy: () => busy });
    naming.start();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(NOTHING.incompleteObjects).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(180_000);
    expect(NOTHING.incompleteObjects).toHaveBeenCalledTimes(2);
    busy = true;
    await vi.advanceTimersByTimeAsync(600_000);
    expect(NOTHING.incompleteObjects).toHaveBeenCalledTimes(2);
    busy = false;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(NOTHING.incompleteObjects).toHaveBeenCalledTimes(3);
    await naming.stop();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(NOTHING.incompleteObjects).toHaveBeenCalledTimes(3);
  });
});
