import { describe, expect, it } from 'vitest';
import type { StackTable } from '../../src/model/stack-table.ts';
import {
  EVER,
  executeOn,
  ledgerOf,
  PERIOD_NS,
  testProcess,
  textBatch,
  textSymbols,
  withStore,
} from './text-profile.ts';

/** `root;…;leaf` with inlined calls → samples. */
function folded(table: StackTable): Record<string, number> {
  const lines: Record<string, number> = {};
  table.count.forEach((count, row) => {
    const locations = table.stackLocations.subarray(table.offsets[row], table.offsets[row + 1]);
    const names = [...locations].flatMap((at) => table.locationFrames[at]!.map((frame) => frame.name));
    const group = table.group === undefined ? '' : `${table.group[row]!}: `;
    lines[group + names.reverse().join(';')] = count;
  });
  return lines;
}

const TEXT = `
  main      main           start@kernel
  parse     parse          idle@kernel
  lex>next  write@libc.so
  3         2              1`;

describe('stacks', () => {
  it('answers each distinct stack once, with the samples it has', async () => {
    await withStore(async (store) => {
      await store.append(textBatch(TEXT), ledgerOf(6));
      await store.append(textBatch(TEXT), ledgerOf(12));
      await store.appendSymbols(textSymbols(TEXT));
      const table = await store.stacks([], EVER);
      expect(folded(table)).toEqual({ 'main;parse;lex;next': 6, 'main;parse;write': 4, 'start;idle': 2 });
      expect([...table.weightNs]).toEqual([6 * PERIOD_NS, 4 * PERIOD_NS, 2 * PERIOD_NS]);
      expect(table.periodNs).toBe(PERIOD_NS);
      expect([...table.locationNamed]).toEqual([1, 1, 1, 1, 1, 1]);
      const paths = table.objects.map((object) => object.path);
      expect(paths).toEqual(['/usr/lib/app', '/usr/lib/libc.so', '[kernel]', '[marker]']);
      expect(table.locationFrames.flat().find((frame) => frame.name === 'lex')).toEqual({
        name: 'lex',
        systemName: '_Zlex',
        file: 'lex.c',
        line: 7,
        column: 3,
      });
    });
  });

  it('answers an empty table where there are no samples', async () => {
    await withStore(async (store) => {
      await store.append(textBatch(TEXT), ledgerOf(6));
      const table = await store.stacks([], { fromMs: 0, untilMs: 1000 }, 'comm');
      expect(table).toMatchObject({ group: [], periodNs: 0, locationFrames: [] });
      expect([table.count.length, [...table.offsets], table.stackLocations.length]).toEqual([0, [0], 0]);
    });
  });

  it('takes the window as half open', async () => {
    await withStore(async (store) => {
      await store.append(textBatch('main\n10', { timeMs: 1000 }), []);
      const count = async (fromMs: number, untilMs: number) =>
        (await store.stacks([], { fromMs, untilMs })).count[0] ?? 0;
      expect(await count(1000, 1090)).toBe(9);
      expect(await count(1000, 1090.5)).toBe(10);
      expect(await count(1000.5, 1091)).toBe(9);
      expect(await count(1090, 1091)).toBe(1);
    });
  });

  it('gives a row per stack and label value when grouped', async () => {
    await withStore(async (store) => {
      const gcc = testProcess('gcc', { container: 'f00d', containerName: 'build' });
      const node = testProcess('node', { container: 'cafe' });
      const text = 'main  main\na     b\n2     1';
      await store.append(textBatch(text, { process: gcc, thread: 'cc1', cpu: 1 }), []);
      await store.append(textBatch(text, { process: node, cpu: 3 }), []);
      await store.append(textBatch(text, { process: testProcess('sh') }), []);
      await store.appendSymbols(textSymbols(text));
      const by = async (label: Parameters<typeof store.stacks>[2]) =>
        folded(await store.stacks([], EVER, label));
      expect(await by('comm')).toEqual({
        'gcc: main;a': 2,
        'node: main;a': 2,
        'sh: main;a': 2,
        'gcc: main;b': 1,
        'node: main;b': 1,
        'sh: main;b': 1,
      });
      expect(await by('container')).toMatchObject({ 'build: main;a': 2, 'cafe: main;a': 2, ': main;a': 2 });
      expect(await by('cpu')).toMatchObject({ '1: main;a': 2, '3: main;a': 2, '0: main;a': 2 });
      expect(await by('thread')).toMatchObject({ 'cc1: main;a': 2, 'node: main;a': 2 });
      expect(await by('host')).toEqual({ 'testhost: main;a': 6, 'testhost: main;b': 3 });
      expect(await by('kind')).toEqual({ 'cpu: main;a': 6, 'cpu: main;b': 3 });
    });
  });

  it('lets a frame stand for what has no name', async () => {
    await withStore(async (store) => {
      const text = `
  [truncated]@marker  start@kernel  main@libfoo.so
  jitted@jit          sys@kernel    tail@libfoo.so
  1                   1             1`;
      await store.append(textBatch(text), []);
      const [named] = textSymbols('tail@libfoo.so\n1');
      await store.appendSymbols([{ location: named!.location, result: { ok: false, reason: 'no-symbols' } }]);
      const table = await store.stacks([], EVER);
      expect(folded(table)).toEqual({
        '[truncated];[jit]': 1,
        '[kernel];[kernel]': 1,
        '[libfoo.so];[libfoo.so]': 1,
      });
      expect(Math.max(...table.locationNamed)).toBe(0);
    });
  });

  it('counts samples whose stack or process is not stored', async () => {
    await withStore(async (store) => {
      const batch = textBatch('main\n4');
      await store.append({ ...batch, stacks: [], locations: [], objects: [], processes: [] }, []);
      expect(folded(await store.stacks([], EVER, 'comm'))).toEqual({ ': [lost stack]': 4 });
      expect(folded(await store.stacks([{ label: 'comm', op: '!=', value: 'x' }], EVER))).toEqual({
        '[lost stack]': 4,
      });
    });
  });

  it('gives the same flame graph when the names are deleted and written again', async () => {
    await withStore(async (store, dataDir, reopen) => {
      await store.append(textBatch(TEXT), ledgerOf(6));
      await store.appendSymbols(textSymbols(TEXT));
      const before = await store.stacks([], EVER);
      await store.close();
      await executeOn(dataDir, 'DELETE FROM symbols');
      const again = await reopen();
      expect((await again.stacks([], EVER)).locationNamed).not.toContain(1);
      const unnamed = await again.unnamedLocations(1000);
      expect(unnamed.flatMap(({ locations }) => locations)).toHaveLength(6);
      await again.appendSymbols(textSymbols(TEXT));
      expect(await again.stacks([], EVER)).toEqual(before);
    });
  });

  it('names the period most in force', async () => {
    await withStore(async (store) => {
      const slow = textBatch('main\n3');
      slow.samples.weightNs.fill(2 * PERIOD_NS);
      await store.append(slow, []);
      await store.append(textBatch('main\n4'), []);
      expect((await store.stacks([], EVER)).periodNs).toBe(PERIOD_NS);
    });
  });
});
