// How well the samples of a window are named, and who would gain most.
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../src/model/frame.ts';
import type { ProfileStore, SymbolRow } from '../../src/store/profile-store.ts';
import { EVER, testLocation, testProcess, textBatch, withStore } from './text-profile.ts';

const frame = (name: string, line: number): Frame => {
  return { name, systemName: name, file: line > 0 ? 'a.c' : '', line, column: 0 };
};
const named = (cell: string, ...frames: Frame[]): SymbolRow => {
  return { location: testLocation(cell).location.id, result: { ok: true, frames } };
};
const missed = (cell: string): SymbolRow => {
  return { location: testLocation(cell).location.id, result: { ok: false, reason: 'no-symbols' } };
};

const TEXT = `
  main  main       main         main       main         main
  lines both@libc.so bare@libc.so none@libz.so new@libz.so [truncated]@marker
  40    20         3            9          1            7`;

/** 80 samples: leaves with a line (also only in the frame that others are inlined into), a name, a miss, nothing. */
async function fill(store: ProfileStore): Promise<void> {
  const text = TEXT.split('\n').filter((line) => line.trim() !== '');
  const columns = text.map((line) => line.trim().split(/\s+/));
  const widths = columns[0]!.map((_, i) => Math.max(...columns.map((cells) => cells[i]!.length)) + 2);
  const aligned = columns.map((cells) => cells.map((cell, i) => cell.padEnd(widths[i]!)).join('')).join('\n');
  await store.append(textBatch(aligned), []);
  await store.appendSymbols([
    named('main', frame('main', 0)),
    named('lines', frame('inlined', 12), frame('lines', 5)),
    named('both@libc.so', frame('both', 0)),
    named('bare@libc.so', frame('bare', 0), frame('outer', 3)),
    missed('none@libz.so'),
  ]);
}

describe('coverage', () => {
  it('counts samples by what is known of their leaf, each once', async () => {
    await withStore(async (store) => {
      await fill(store);
      const { samples, namedSamples, byLevel, unresolved } = await store.coverage(EVER);
      expect({ samples, namedSamples }).toEqual({ samples: 80, namedSamples: 63 });
      expect(byLevel).toEqual({ line: 40, function: 23, object: 10, nothing: 7 });
      expect(unresolved).toMatchObject([{ path: '/usr/lib/libz.so', samples: 10 }]);
    });
  });

  it('says which objects would gain most, what they have, and why some of it has no name', async () => {
    await withStore(async (store) => {
      await fill(store);
      const { gain } = await store.coverage(EVER);
      expect(gain.map(({ object, ...rest }) => ({ path: object.path, ...rest }))).toEqual([
        { path: '/usr/lib/libc.so', samples: 23, has: 'function', reason: '', exe: '' },
        { path: '/usr/lib/libz.so', samples: 10, has: 'object', reason: 'no-symbols', exe: '' },
      ]);
    });
  });

  it('tells the program of a JIT region by the process that its path names', async () => {
    await withStore(async (store) => {
      const node = testProcess('node', { pid: 4711, exe: '/usr/bin/node' });
      const batch = textBatch('f@jit\n3', { process: node });
      const [jit] = batch.objects;
      batch.objects[0] = { ...jit!, path: '[jit 4711]' };
      await store.append(batch, []);
      const { gain } = await store.coverage(EVER);
      expect(gain).toMatchObject([{ object: { path: '[jit 4711]' }, has: 'object', exe: '/usr/bin/node' }]);
    });
  });

  it('is zero everywhere in a window without samples', async () => {
    await withStore(async (store) => {
      await fill(store);
      expect(await store.coverage({ fromMs: 0, untilMs: 1 })).toEqual({
        samples: 0,
        namedSamples: 0,
        byLevel: { line: 0, function: 0, object: 0, nothing: 0 },
        unresolved: [],
        gain: [],
      });
    });
  });
});
