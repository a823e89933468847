import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstAbove, firstNotBelow } from '../../src/binary/bisect.ts';

const TWICE = Uint32Array.of(1, 3, 3, 7);

describe('firstAbove', () => {
  it.each([
    [0, 0],
    [1, 1],
    [2, 1],
    [3, 3],
    [6, 3],
    [7, 4],
    [Infinity, 4],
    [NaN, 0],
  ])('puts %d at %d', (wanted, place) => {
    expect(firstAbove(TWICE, wanted)).toBe(place);
  });

  it('stays within the part that it is asked about', () => {
    expect(firstAbove(TWICE, 0, 1, 3)).toBe(1);
    expect(firstAbove(TWICE, 9, 1, 3)).toBe(3);
    expect(firstAbove(TWICE, 9, 2, 2)).toBe(2);
  });
});

describe('firstNotBelow', () => {
  it.each([
    [0, 0],
    [1, 0],
    [2, 1],
    [3, 1],
    [4, 3],
    [7, 3],
    [8, 4],
    [NaN, 0],
  ])('puts %d at %d', (wanted, place) => {
    expect(firstNotBelow(TWICE, wanted)).toBe(place);
  });
});

it('finds what a look from the left finds, in columns of either width', () => {
  const numbers = fc.array(fc.nat(40), { maxLength: 20 }).map((values) => values.sort((a, b) => a - b));
  const search = fc.property(numbers, fc.integer({ min: -1, max: 41 }), (values, wanted) => {
    const orEnd = (at: number) => (at < 0 ? values.length : at);
    for (const column of [Float64Array.from(values), Uint32Array.from(values)]) {
      expect(firstAbove(column, wanted)).toBe(orEnd(values.findIndex((value) => value > wanted)));
      expect(firstNotBelow(column, wanted)).toBe(orEnd(values.findIndex((value) => value >= wanted)));
    }
  });
  fc.assert(search);
});
