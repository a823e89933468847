import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flatten, SymbolIndex } from '../../src/symbolizer/symbol-index.ts';

describe('flatten', () => {
  const span = fc.record({ start: fc.nat(60), length: fc.nat(30) });

  it('gives each address to the highest priority that covers it', () => {
    fc.assert(
      fc.property(fc.array(span, { maxLength: 25 }), fc.infiniteStream(fc.nat()), (spans, random) => {
        spans.sort((a, b) => a.start - b.start);
        // Distinct priorities, in an order that has nothing to do with the starts.
        const keys = spans.map(() => random.next().value as number);
        const priority = keys.map(
          (_, i) => keys.filter((k, j) => k < keys[i]! || (k === keys[i] && j < i)).length,
        );
        const index = flatten({
          start: Float64Array.from(spans, (s) => s.start),
          end: Float64Array.from(spans, (s) => s.start + s.length),
          priority: Uint32Array.from(priority),
          name: Uint32Array.from(spans, (_, i) => i),
        });
        for (let at = 0; at < 100; at++) {
          const covering = spans.map((s, i) => i).filter((i) => covers(spans[i]!, at));
          const expected = covering.sort((a, b) => priority[b]! - priority[a]!)[0] ?? -1;
          expect(index.find(at)).toBe(expected);
          if (expected >= 0) expect(index.startOf(index.row(at))).toBe(spans[expected]!.start);
        }
      }),
    );
  });

  it('continues an outer span behind the inner one', () => {
    const index = flatten({
      start: Float64Array.of(0, 20),
      end: Float64Array.of(100, 60),
      priority: Uint32Array.of(0, 1),
      name: Uint32Array.of(7, 8),
    });
    expect([0, 19, 20, 59, 60, 99, 100].map((at) => index.find(at))).toEqual([7, 7, 8, 8, 7, 7, -1]);
    expect([0, 19, 20, 59, 60, 99].map((at) => index.startOf(index.row(at)))).toEqual([0, 0, 20, 20, 0, 0]);
  });

  it('keeps neighbours of the same name apart: each is a function', () => {
    const index = flatten({
      start: Float64Array.of(0, 10, 20),
      end: Float64Array.of(10, 20, 30),
      priority: Uint32Array.of(0, 1, 2),
      name: Uint32Array.of(7, 7, 8),
    });
    expect([0, 9, 10, 19, 20].map((at) => index.startOf(index.row(at)))).toEqual([0, 0, 10, 10, 20]);
  });
});

describe('SymbolIndex', () => {
  it('finds nothing for what is not an address', () => {
    const index = new SymbolIndex(Float64Array.of(10), Uint32Array.of(5), Uint32Array.of(1));
    expect([NaN, -1, Infinity, -Infinity].map((at) => index.find(at))).toEqual([-1, -1, -1, -1]);
    expect(new SymbolIndex(new Float64Array(0), new Uint32Array(0), new Uint32Array(0)).find(0)).toBe(-1);
  });
});

function covers(span: { start: number; length: number }, at: number): boolean {
  return span.start <= at && at < span.start + span.length;
}
