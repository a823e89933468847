// The paged index of numbers against JavaScript's own Map.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { NumberIndex } from '../../src/store/number-index.ts';

/** Near each other, at the ends of pages, and anywhere. */
const NUMBER = fc.oneof(
  fc.integer({ min: 0, max: 5000 }),
  fc.constantFrom(0, 1023, 1024, 2 ** 20 - 1, 2 ** 20),
  fc.integer({ min: 0, max: 2 ** 22 }),
);

it('gives each number the index of its first sight', () => {
  fc.assert(
    fc.property(fc.array(NUMBER, { maxLength: 4000 }), (numbers) => {
      const [index, expected] = [new NumberIndex(), new Map<number, number>()];
      for (const number of numbers) {
        if (!expected.has(number)) expected.set(number, expected.size);
        expect(index.add(number)).toBe(expected.get(number));
      }
      expect(index.size).toBe(expected.size);
      for (const [number, at] of expected) expect(index.numberOf(at)).toBe(number);
    }),
  );
});

it('takes little memory for numbers that lie together, however large they are', () => {
  const index = new NumberIndex();
  for (let number = 0; number < 40_000; number++) index.add(50_000_000 + number);
  expect(index.bytes).toBeLessThan(1_200_000);
});

it('keeps an index that is no number', () => {
  const index = new NumberIndex();
  expect([index.add(7), index.reserve(), index.add(8), index.add(7), index.size]).toEqual([0, 1, 2, 0, 3]);
});
