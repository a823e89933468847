import { describe, expect, it } from 'vitest';
import { NO_FILTERS } from '../../../src/model/stack-filters.ts';
import { exactly, stackChips, stackItems, withFunction } from '../../../web/src/filter/stack-chips.ts';

describe('filters of stacks', () => {
  it('have a chip each', () => {
    expect(stackChips(NO_FILTERS)).toEqual([]);
    expect(stackChips({ ...NO_FILTERS, hide: 'libc', focus: 'a|b' })).toEqual([
      { filter: 'focus', text: 'stacks with a|b' },
      { filter: 'hide', text: 'hidden: libc' },
    ]);
  });

  it.each(['operator()', 'std::vector<int*>::at', '$x[0]', 'a.b|c^d', 'back\\slash', '{closure#0}', 'a+b?'])(
    'match %s and nothing else',
    (name) => {
      // JavaScript reads these escapes as RE2 does.
      expect(new RegExp(exactly(name)).test(name)).toBe(true);
      expect(new RegExp(exactly(name)).test(`${name}x`)).toBe(false);
    },
  );

  it('join what is left out, and replace what is focused on', () => {
    const state = { ...NO_FILTERS, focus: 'x', hide: 'libc' };
    expect(withFunction(state, 'hide', 'a.b')).toBe('libc|^a\\.b$');
    expect(withFunction(state, 'ignore', 'a')).toBe('^a$');
    expect(withFunction(state, 'focus', 'a')).toBe('^a$');
  });

  it('are not offered where the pattern would be longer than the server takes', () => {
    const labels = (name: string) => stackItems(NO_FILTERS, name, () => undefined).map(({ label }) => label);
    expect(labels('main')).toHaveLength(4);
    expect(labels('x'.repeat(1000))).toEqual([]);
  });
});
