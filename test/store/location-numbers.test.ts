// Numbers of locations: given once, kept true, and translated where they come from another store.
import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { StackTable } from '../../src/model/stack-table.ts';
import type { ProfileStore } from '../../src/store/profile-store.ts';
import { makeFormat1, makeFormat2 } from './older-versions.ts';
import {
  EVER,
  executeOn,
  ledgerOf,
  openAt,
  temporaryDir,
  testLocation,
  textBatch,
  textSymbols,
  withStore,
} from './text-profile.ts';
import { DAY_0, HOUR_MS, KEEP_ALL, maintainAll } from './upkeep-steps.ts';

/** Each stack with its count, leaf first. */
function folded({ count, offsets, stackLocations, locationFrames }: StackTable): string[] {
  const nameOf = (location: number) => locationFrames[location]!.map(({ name }) => name).join('>');
  return Array.from(count, (samples, row) => {
    const stack = stackLocations.subarray(offsets[row], offsets[row + 1]);
    return `${Array.from(stack, nameOf).join(';')} ${samples}`;
  }).sort();
}

const ask = async (store: ProfileStore) => folded(await store.stacks([], EVER));

describe('the numbers of locations', () => {
  it('are those of earlier batches where a stack refers to them', async () => {
    await withStore(async (store, dataDir, reopen) => {
      const text = 'main main\na    b@libc.so\n1    1';
      await store.append(textBatch(text), [], textSymbols(text));
      for (const [shorter, again] of [
        ['a\n1', false],
        ['main       main\nb@libc.so  a\na          main\n1          2', true],
      ] as const) {
        if (again) store = await reopen();
        await store.append({ ...textBatch(shorter), locations: [], objects: [] }, []);
      }
      expect(await ask(store)).toEqual(['a 1', 'a;b;main 1', 'a;main 1', 'b;main 1', 'main;a;main 2']);
    });
  });

  it('show a location that nothing defined as unknown', async () => {
    await withStore(async (store) => {
      const batch = textBatch('main\nlost\n3');
      const { location } = testLocation('lost');
      await store.append({ ...batch, locations: batch.locations.filter(({ id }) => id !== location.id) }, []);
      const [stack] = await ask(store);
      expect(stack).toMatch(/^\[unknown\];.* 3$/);
    });
  });

  it('are given once, also where a transaction fails', async () => {
    await withStore(async (store, dataDir) => {
      await store.append(textBatch('main\na\n1'), []);
      const broken = textBatch('main\nb\n1');
      broken.samples.weightNs[0] = NaN;
      await expect(store.append(broken, [])).rejects.toThrow();
      const text = 'main main main\na    b    c\n1    1    1';
      await store.append(textBatch(text), [], textSymbols(text));
      expect(await ask(store)).toEqual(['a;main 2', 'b;main 1', 'c;main 1']);
      await store.close();
      expect(
        await executeOn(
          dataDir,
          `SELECT count(*)::INTEGER, count(DISTINCT location)::INTEGER, count(DISTINCT location_id)::INTEGER,
             (min(location) > 0) FROM locations`,
        ),
      ).toEqual([[4, 4, 4, true]]);
    });
  });

  it('are not given again where a sweep has deleted the last', async () => {
    await withStore(async (store) => {
      const append = (text: string, timeMs: number) =>
        store.append(textBatch(text, { timeMs }), [], textSymbols(text));
      const nowMs = DAY_0 + 2 * HOUR_MS;
      await append('main\nold\n1', DAY_0);
      await maintainAll(store, nowMs);
      expect(await ask(store)).toEqual(['old;main 1']);
      await maintainAll(store, nowMs, { ...KEEP_ALL, retentionMs: HOUR_MS / 2 });
      expect(await store.sweep()).toBeGreaterThan(0);
      await append('new   main\nmain  new\n1     1', nowMs);
      expect(await ask(store)).toEqual(['main;new 1', 'new;main 1']);
    });
  });
});

const HERE = 'main  main         other\na     b>c@libc.so  d@kernel\n2     1            4';
const THERE = 'boot  other        main\ne     b>c@libc.so  a\n1     5            3';

/** A data directory with its samples in a block. */
async function sealed(text: string, hour: number): Promise<string> {
  const dataDir = await temporaryDir();
  const store = await openAt(dataDir);
  const batch = textBatch(text, { timeMs: DAY_0 + hour * HOUR_MS });
  await store.append(batch, ledgerOf(batch.samples.length), textSymbols(text));
  await maintainAll(store, DAY_0 + (hour + 2) * HOUR_MS);
  await store.close();
  return dataDir;
}

/** Lines of both, added up by stack. */
function added(lines: readonly string[]): string[] {
  const sums = new Map<string, number>();
  for (const line of lines) {
    const [, stack, count] = /^(.*) (\d+)$/.exec(line)!;
    sums.set(stack!, (sums.get(stack!) ?? 0) + Number(count));
  }
  return Array.from(sums, ([stack, count]) => `${stack} ${count}`).sort();
}

async function answersOf(dataDir: string): Promise<string[]> {
  const store = await openAt(dataDir);
  const answers = await ask(store);
  await store.close();
  return answers;
}

describe.each([3, 2, 1])('a block of format %i', (format) => {
  it.each([
    ['that has some of its locations', () => sealed(HERE, 0)],
    ['that is empty', temporaryDir],
  ])('answers in a store %s as where it was written', async (_, make) => {
    const [here, there] = [await make(), await sealed(THERE, 1)];
    const before = [...(await answersOf(here)), ...(await answersOf(there))];
    const [block] = (await readdir(join(there, 'blocks'))) as [string];
    if (format < 3) await makeFormat2(there, join(there, 'blocks', block));
    if (format < 2) await makeFormat1(there, join(there, 'blocks', block));
    await cp(join(there, 'blocks', block), join(here, 'blocks', block), { recursive: true });
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const store = await openAt(here);
    said.mockRestore();
    expect(await ask(store)).toEqual(added(before));
    // What is appended from then on has numbers of its own.
    const text = 'main  f\na     e\n1     1';
    await store.append(textBatch(text, { timeMs: DAY_0 + 5 * HOUR_MS }), ledgerOf(2), textSymbols(text));
    expect(await ask(store)).toEqual(added([...before, 'a;main 1', 'e;f 1']));
    await store.close();
    for (const dir of [here, there]) await rm(dir, { recursive: true });
  });
});
