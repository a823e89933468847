// Which functions the table shows, in which order.
import { expect, it } from 'vitest';
import { topFunctions } from '../../../src/query/top.ts';
import { shownRows, sumOf } from '../../../web/src/table/function-rows.ts';
import { fakeStore } from '../../support/fake-store.ts';

const RANGE = { fromMs: 0, untilMs: 1000 };
const TEXT = `
p:
  main @/bin/p =10
    parse @/lib/z.so =30
      alloc @/lib/a.so =60
`;
const table = await fakeStore({ text: TEXT, timeMs: 1 }).stacks([], RANGE);
const body = { ...RANGE, ...topFunctions(table) };
const names = (search: string, sort: 'self' | 'total' | 'name' | 'object') =>
  shownRows(body, search, sort).map(({ name }) => name);

it.each([
  ['self', ['alloc', 'parse', 'main']],
  ['total', ['main', 'parse', 'alloc']],
  ['name', ['alloc', 'main', 'parse']],
  ['object', ['main', 'alloc', 'parse']],
] as const)('orders by %s', (sort, expected) => {
  expect(names('', sort)).toEqual(expected);
});

it('keeps what matches the search, by name or object, and sums its shares', () => {
  expect(names('LIB', 'self')).toEqual(['alloc', 'parse']);
  expect(names('nothing', 'self')).toEqual([]);
  const sums = sumOf(shownRows(body, 'lib', 'self'));
  expect(sums.functions).toBe(2);
  expect(sums.selfShare).toBeCloseTo(0.9);
});
