import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CodeColumns, CodeMap } from '../../../src/symbolizer/jit/code-map.ts';

function columns(
  ranges: readonly (readonly [start: number, end: number])[],
  firstEntry: number,
): CodeColumns {
  const code = new CodeColumns(0);
  ranges.forEach(([start, end], i) => code.add(start, end, firstEntry + i));
  return code;
}

it('gives each address the latest entry laid over it, in however many layers', () => {
  const range = fc
    .tuple(fc.nat(100), fc.integer({ min: 1, max: 40 }))
    .map(([start, size]) => [start, start + size] as const);
  fc.assert(
    fc.property(fc.array(fc.array(range, { maxLength: 8 }), { maxLength: 6 }), (layers) => {
      const map = new CodeMap(1000);
      const all: (readonly [number, number])[] = [];
      for (const layer of layers) {
        map.lay(columns(layer, all.length));
        all.push(...layer);
      }
      for (let address = 0; address < 150; address++) {
        expect(map.find(address)).toBe(
          all.findLastIndex(([start, end]) => start <= address && address < end),
        );
      }
    }),
  );
});

it('keeps the latest entries where there are too many', () => {
  const map = new CodeMap(10);
  for (let layer = 0; layer < 5; layer++) {
    map.lay(
      columns(
        Array.from({ length: 8 }, (_, i) => [100 * layer + 10 * i, 100 * layer + 10 * i + 10]),
        8 * layer,
      ),
    );
  }
  expect(map.length).toBe(10);
  expect([300, 350, 360, 370, 400, 470].map((address) => map.find(address))).toEqual([
    -1, -1, 30, 31, 32, 39,
  ]);
});

it('keeps all of the earliest entry that it keeps', () => {
  const map = new CodeMap(2);
  map.lay(columns([[0, 100], [10, 20], [30, 40], [50, 60]], 0)); // prettier-ignore
  expect([15, 35, 55, 25].map((address) => map.find(address))).toEqual([-1, 2, 3, -1]);
});
