import { expect, it } from 'vitest';
import { DefinedLately } from '../../../bench/store/defined-lately.ts';
import { Definitions } from '../../../src/collector/batch-builder.ts';

it('defines each number once, and again when the collector would have forgotten it', () => {
  const lately = new DefinedLately();
  expect([5, 70_000, 5].map((number) => lately.define(number))).toEqual([true, true, false]);
  lately.trim();
  expect(lately.define(5)).toBe(false);
  for (let number = 0; number <= Definitions.LIMIT; number++) lately.define(number);
  expect(lately.define(5)).toBe(false);
  lately.trim();
  expect(lately.define(5)).toBe(true);
});
