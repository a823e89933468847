import fc from 'fast-check';
import { expect, it } from 'vitest';
import { overlaid } from '../../../src/symbolizer/jit/overlay.ts';
import { SymbolIndex } from '../../../src/symbolizer/symbol-index.ts';

/** From gaps and sizes by turns: disjoint ranges in ascending order, some of them adjacent. */
function indexOf(pieces: readonly (readonly [gap: number, size: number])[], firstName: number): SymbolIndex {
  const starts: number[] = [];
  let end = 0;
  for (const [gap, size] of pieces) {
    starts.push(end + gap);
    end += gap + size;
  }
  return new SymbolIndex(
    Float64Array.from(starts),
    Uint32Array.from(pieces, ([, size]) => size),
    Uint32Array.from(pieces, (_, i) => firstName + i),
  );
}

it('gives each address what lies above, else what lies below, in disjoint ranges', () => {
  const pieces = fc.array(fc.tuple(fc.nat(6), fc.integer({ min: 1, max: 9 })), { maxLength: 12 });
  fc.assert(
    fc.property(pieces, pieces, (low, high) => {
      const [below, above] = [indexOf(low, 0), indexOf(high, 100)];
      const both = overlaid(below, above);
      for (let address = 0; address < 200; address++) {
        const top = above.find(address);
        expect(both.find(address)).toBe(top >= 0 ? top : below.find(address));
      }
      for (let row = 0; row < both.length; row++) {
        expect(both.sizes[row]).toBeGreaterThan(0);
        if (row > 0)
          expect(both.starts[row - 1]! + both.sizes[row - 1]!).toBeLessThanOrEqual(both.starts[row]!);
      }
    }),
    { numRuns: 2000 },
  );
});
