// What is kept of definitions between questions: answers are those of a store that keeps nothing.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StackTable } from '../../src/model/stack-table.ts';
import { RecentStacks } from '../../src/store/recent-stacks.ts';
import type { ProfileStore } from '../../src/store/profile-store.ts';
import { EVER, openAt, testLocation, textBatch, textSymbols, withStore } from './text-profile.ts';

/** What a table says, whatever its numbers are: a line per row. */
function lines(table: StackTable): string[] {
  return Array.from(table.count, (count, row) => {
    const stack = [...table.stackLocations.subarray(table.offsets[row], table.offsets[row + 1])];
    const places = stack.map((at) => {
      const names = table.locationFrames[at]!.map(({ name, line }) => `${name}:${line}`);
      const { path } = table.objects[table.locationObject[at]!]!;
      return `${names.join('>')} ${path} ${table.locationAddress[at]} ${table.locationNamed[at]}`;
    });
    return `${table.group?.[row]} ${count} ${places.join(';')}`;
  }).sort();
}

const ask = async (store: ProfileStore) => lines(await store.stacks([], EVER));

const TEXT = 'main  main\na>b   c@libc.so\n2     1';

describe('a store that was asked before', () => {
  it('answers with the names that have been stored since', async () => {
    await withStore(async (store) => {
      await store.append(textBatch(TEXT), []);
      expect((await ask(store)).join()).toContain('[libc.so]');
      await store.appendSymbols(textSymbols(TEXT));
      expect((await ask(store)).join()).toContain('c:7');
      const { location } = testLocation('c@libc.so');
      const frame = { name: 'renamed', systemName: 'renamed', file: '', line: 0, column: 0 };
      await store.append(
        textBatch('main\n1'),
        [],
        [{ location: location.id, result: { ok: true, frames: [frame] } }],
      );
      const renamed = (await ask(store)).join();
      expect(renamed).toContain('renamed:0');
      expect(renamed).not.toContain('c:7');
      await store.appendSymbols([{ location: location.id, result: { ok: false, reason: 'no-symbols' } }]);
      expect((await ask(store)).join()).toContain('[libc.so]');
    });
  });

  it('answers what one that is opened anew answers, whatever came before', async () => {
    const word = fc.constantFrom('a', 'b', 'c>d', 'e@libc.so', 'f@kernel', 'g@jit', '[truncated]@marker');
    const stack = fc.array(word, { minLength: 1, maxLength: 4 });
    const step = fc.record({ stack, named: fc.boolean(), asked: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        await withStore(async (store, dataDir, reopen) => {
          for (const { stack, named, asked } of steps) {
            const text = `${stack.join('\n')}\n1`;
            await store.append(textBatch(text), [], named ? textSymbols(text) : []);
            if (asked) await ask(store);
          }
          const answer = await ask(store);
          const leaves = await store.series([], EVER, 1e9, 'function');
          const again = await reopen();
          expect(answer).toEqual(await ask(again));
          expect(leaves).toEqual(await again.series([], EVER, 1e9, 'function'));
        });
      }),
      { numRuns: 15 },
    );
  });

  it('answers where nothing may be written', async () => {
    await withStore(async (store, dataDir) => {
      await store.append(textBatch(TEXT), [], textSymbols(TEXT));
      const answers = [await ask(store), await store.series([], EVER, 1e9, 'function')];
      await store.close();
      const readOnly = await openAt(dataDir, true);
      expect([await ask(readOnly), await readOnly.series([], EVER, 1e9, 'function')]).toEqual(answers);
      await readOnly.close();
    });
  });

  it('answers several at once', async () => {
    await withStore(async (store, dataDir, reopen) => {
      const texts = Array.from({ length: 300 }, (_, i) => `main\nf${i}@lib${i % 7}.so\n1`);
      for (const text of texts) await store.append(textBatch(text), []);
      for (const text of texts.slice(100)) await store.appendSymbols(textSymbols(text));
      const answers = await Promise.all(Array.from({ length: 4 }, () => ask(store)));
      const expected = await ask(await reopen());
      for (const answer of answers) expect(answer).toEqual(expected);
      expect(expected).toHaveLength(300);
    });
  });
});

describe('RecentStacks', () => {
  it('tells a question that names were stored since it began', async () => {
    const recent = new RecentStacks();
    await recent.use(({ upToDate }) => {
      expect(upToDate()).toBe(true);
      recent.renamed([7n]);
      expect(upToDate()).toBe(false);
      return Promise.resolve();
    });
    await recent.use(({ upToDate }) => Promise.resolve(expect(upToDate()).toBe(true)));
    recent.forget();
  });

  it('keeps what it may, and lets a question keep what it uses', async () => {
    const recent = new RecentStacks(1 << 20);
    const fill = (ids: number) =>
      recent.use(async ({ decoded }) => {
        for (let id = 0; id < ids; id++) decoded.addStack(id, 1, Uint32Array.of(id + 10, 7));
        await Promise.resolve();
        return [decoded.findStack(0, 1), decoded.nodes.functions[decoded.leafOf(ids - 1)]];
      });
    expect(await fill(10)).toEqual([0, 10]);
    const found = () => recent.use(({ decoded }) => Promise.resolve(decoded.findStack(9, 1)));
    expect(await found()).toBe(9);
    expect(await fill(20_000)).toEqual([0, 20_000]);
    expect(await found()).toBe(-1);
    recent.forget();
  });
});
