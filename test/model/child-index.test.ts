import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ChildIndex } from '../../src/model/child-index.ts';

it('numbers children as a Map would, however often it grows', () => {
  const pairs = fc.array(fc.tuple(fc.integer({ min: -1, max: 50 }), fc.integer({ min: -1, max: 50 })), {
    maxLength: 500,
  });
  fc.assert(
    fc.property(pairs, (keys) => {
      const index = new ChildIndex(2);
      const known = new Map<string, number>();
      for (const [parent, fn] of keys) {
        const key = `${parent} ${fn}`;
        if (!known.has(key)) known.set(key, known.size);
        expect(index.child(parent, fn)).toBe(known.get(key));
      }
      expect(index.size).toBe(known.size);
    }),
  );
});
