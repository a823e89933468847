// Patterns on texts, as stack filters ask for them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProfileStore } from '../../src/store/profile-store.ts';
import { openTemporary } from './text-profile.ts';

let store: ProfileStore;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ store, remove } = await openTemporary());
});
afterAll(() => remove());

const TEXTS = ['', 'main', 'remain', 'Main', 'std::vector<int>::push_back', "it's", '日本', 'a\nb', 'x\0y'];

describe('matchTexts', () => {
  it.each([
    ['main', ['main', 'remain']],
    ['^main$', ['main']],
    ['(?i)^main', ['main', 'Main']],
    ['', TEXTS],
    ['^$', ['']],
    ['vector<.*>::', ['std::vector<int>::push_back']],
    ["'", ["it's"]],
    ['^..$', ['日本']],
    ['a.b', []],
    ['(?s)a.b', ['a\nb']],
    ['y', ['x\0y']],
    ['nothing', []],
  ])('%j matches a part of %j', async (pattern, expected) => {
    expect(await store.matchTexts(pattern, TEXTS)).toEqual(new Set(expected));
  });

  it('says what is wrong with a pattern, also without texts', async () => {
    const wrong = store.matchTexts('(', []);
    await expect(wrong).rejects.toMatchObject({ kind: 'bad-pattern', message: 'missing ): (' });
    expect(await store.matchTexts('a', [])).toEqual(new Set());
  });

  it('compiles a pattern once, not for each text', async () => {
    const texts = Array.from({ length: 50_000 }, (_, i) => `namespace::function_${i}`);
    const words = Array.from({ length: 100 }, (_, i) => `word${i}[a-z]{1,20}`);
    const started = performance.now();
    expect((await store.matchTexts(words.join('|'), texts)).size).toBe(0);
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it('gives up on a pattern that keeps even RE2 busy', async () => {
    const texts = Array.from({ length: 5000 }, (_, i) => `${'a'.repeat(100)}${i}`);
    const started = performance.now();
    await expect(store.matchTexts('(a?){1000}'.repeat(20), texts)).rejects.toMatchObject({
      kind: 'bad-pattern',
      message: 'matching takes more than 5 s; use a simpler pattern',
    });
    expect(performance.now() - started).toBeLessThan(10_000);
    expect((await store.matchTexts('a', texts)).size).toBe(5000);
  }, 30_000);
});
