// Numbers of ids against a Map of bigints.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { highWord, IdIndex, lowWord } from '../../src/store/id-index.ts';

/** Ids that often meet in the low word, or differ in it alone. */
const ID = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.bigInt({ min: 0n, max: 40n }).map((n) => n << 32n),
  fc.constantFrom(0n, 1n, 1023n, 1024n, 2n ** 64n - 1n),
);

describe('IdIndex', () => {
  it('numbers ids in order of first sight, and finds only those', () => {
    fc.assert(
      fc.property(fc.array(ID, { maxLength: 3000 }), fc.array(ID), (added, asked) => {
        const [index, expected] = [new IdIndex(), new Map<bigint, number>()];
        for (const id of added) {
          if (!expected.has(id)) expected.set(id, expected.size);
          expect(index.add(lowWord(id), highWord(id))).toBe(expected.get(id));
        }
        expect(index.size).toBe(expected.size);
        for (const id of [...added, ...asked]) {
          expect(index.find(lowWord(id), highWord(id))).toBe(expected.get(id) ?? -1);
        }
      }),
    );
  });

  it('takes ids by the words that a BigUint64Array has in memory', () => {
    const id = 0x0123_4567_89ab_cdefn;
    const words = new Uint32Array(BigUint64Array.of(id).buffer);
    expect([...words]).toEqual([lowWord(id), highWord(id)]);
  });
});
