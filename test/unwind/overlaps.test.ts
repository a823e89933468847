import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FdeColumns } from '../../src/unwind/fde-columns.ts';
import { flattenFdes } from '../../src/unwind/overlaps.ts';

interface Fde {
  start: number;
  /** Lengths of its rows; row i of FDE n has rule 10 n + i + 1. */
  rows: number[];
}

const fde: fc.Arbitrary<Fde> = fc.record({
  start: fc.nat(60),
  rows: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 }),
});

function columnsOf(fdes: readonly Fde[]): FdeColumns {
  const columns = new FdeColumns();
  fdes.forEach(({ start, rows }, n) => {
    columns.beginFde(start, start + rows.reduce((sum, length) => sum + length, 0));
    let at = start;
    rows.forEach((length, i) => {
      columns.pushRow(at, 10 * n + i + 1);
      at += length;
    });
  });
  return columns;
}

/** The rule at each place up to 200. */
function flattened(fdes: readonly Fde[]): number[] {
  const rules = new Array<number>(200).fill(0);
  let last = -1;
  flattenFdes(columnsOf(fdes), (offset, rule) => {
    expect(offset).toBeGreaterThanOrEqual(last);
    last = offset;
    rules.fill(rule, offset);
  });
  return rules;
}

function naive(fdes: readonly Fde[]): number[] {
  return Array.from({ length: 200 }, (_, place) => {
    const covering = fdes
      .map(({ start, rows }, n) => ({ n, start, rows }))
      .filter(
        ({ start, rows }) => place >= start && place < start + rows.reduce((sum, length) => sum + length, 0),
      )
      .sort((a, b) => b.start - a.start || b.n - a.n);
    const holds = covering[0];
    if (holds === undefined) return 0;
    let end = holds.start;
    return 10 * holds.n + holds.rows.findIndex((length) => place < (end += length)) + 1;
  });
}

describe('overlapping FDEs', () => {
  it('are resolved as if each place were asked for', () => {
    fc.assert(
      fc.property(fc.array(fde, { maxLength: 12 }), (fdes) => {
        expect(flattened(fdes)).toEqual(naive(fdes));
      }),
      { numRuns: 2000 },
    );
  });

  it('give way to the one that starts last, and go on behind it', () => {
    const rules = flattened([
      { start: 0, rows: [10, 10] },
      { start: 5, rows: [3] },
    ]);
    expect(rules.slice(0, 21)).toEqual([1, 1, 1, 1, 1, 11, 11, 11, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0]);
  });

  it('may nest 100,000 deep', () => {
    const columns = new FdeColumns();
    const depth = 100_000;
    for (let i = 0; i < depth; i++) {
      columns.beginFde(i, 2 * depth - i);
      columns.pushRow(i, 1 + (i % 2));
    }
    let calls = 0;
    flattenFdes(columns, () => calls++);
    expect(calls).toBe(2 * depth);
  });
});
