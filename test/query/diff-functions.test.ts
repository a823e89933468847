import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StackTable } from '../../src/model/stack-table.ts';
import type { Normalization } from '../../src/query/diff.ts';
import { compareTables, NORMALIZATIONS } from '../../src/query/diff.ts';
import type {
  DiffFunctionRow,
  DiffFunctionsOptions,
  DiffFunctionSide,
} from '../../src/query/diff-functions.ts';
import { diffFunctions } from '../../src/query/diff-functions.ts';
import { topFunctions } from '../../src/query/top.ts';
import { anyGroupedTable, PERIOD_NS, stackTable, sum } from './stack-table.ts';

function diffed(
  left: StackTable,
  right: StackTable,
  options: DiffFunctionsOptions = {},
  normalize: Normalization = 'share',
) {
  const comparison = compareTables(
    { table: left, windowMs: 1000 },
    { table: right, windowMs: 1000 },
    normalize,
  );
  return diffFunctions(comparison, options);
}

const BEFORE = stackTable('main   main  idle\nparse  lex\n6      2     2');
const AFTER = stackTable('main   main  main  idle\nparse  lex   gc\n6      2     10    2');

const changesOf = (rows: readonly DiffFunctionRow[]) =>
  rows.map(({ name, change }) => [
    name,
    Number(change.self.toPrecision(3)),
    Number(change.total.toPrecision(3)),
  ]);

type Sums = Omit<DiffFunctionSide, 'selfRate' | 'totalRate'>;

/** What `topFunctions` knows of a function too. */
function sumsOf({ self, total, selfCount, totalCount, selfShare, totalShare }: Sums): Sums {
  return { self, total, selfCount, totalCount, selfShare, totalShare };
}

const NOTHING: Sums = { self: 0, total: 0, selfCount: 0, totalCount: 0, selfShare: 0, totalShare: 0 };

describe('diffFunctions', () => {
  it('gives both sides of each function, the largest change of its total first', () => {
    const { functions, hiddenFunctions } = diffed(BEFORE, AFTER);
    expect(changesOf(functions)).toEqual([
      ['gc', 0.5, 0.5],
      ['parse', -0.3, -0.3],
      ['lex', -0.1, -0.1],
      ['idle', -0.1, -0.1],
      ['main', 0, 0.1],
    ]);
    expect(hiddenFunctions.functions).toBe(0);
    expect(functions.find(({ name }) => name === 'parse')).toEqual({
      name: 'parse',
      object: 'app',
      file: '',
      left: {
        self: 6 * PERIOD_NS,
        total: 6 * PERIOD_NS,
        selfCount: 6,
        totalCount: 6,
        selfShare: 0.6,
        totalShare: 0.6,
        selfRate: 0.06,
        totalRate: 0.06,
      },
      right: {
        self: 6 * PERIOD_NS,
        total: 6 * PERIOD_NS,
        selfCount: 6,
        totalCount: 6,
        selfShare: 0.3,
        totalShare: 0.3,
        selfRate: 0.06,
        totalRate: 0.06,
      },
      change: { self: 0.3 - 0.6, total: 0.3 - 0.6 },
      significance: null,
    });
  });

  it('orders by the change of what functions used themselves when asked', () => {
    const { functions } = diffed(BEFORE, AFTER, { sortBy: 'self' });
    expect(functions.map(({ name }) => name).at(-1)).toBe('main');
  });

  it('says what the limit hid on both sides', () => {
    const { functions, hiddenFunctions } = diffed(BEFORE, AFTER, { limit: 1 }, 'none');
    expect(functions.map(({ name }) => name)).toEqual(['gc']);
    expect(hiddenFunctions).toEqual({
      functions: 4,
      left: { count: 10, share: 1 },
      right: { count: 10, share: 0.5 },
    });
  });

  it('has no functions where neither side has samples', () => {
    expect(diffed(stackTable([]), stackTable([]))).toEqual({
      functions: [],
      hiddenFunctions: { functions: 0, left: { count: 0, share: 0 }, right: { count: 0, share: 0 } },
    });
  });
});

describe('any two tables', () => {
  it('have in the merged table the sums that each has in a table of its own', () => {
    fc.assert(
      fc.property(anyGroupedTable, anyGroupedTable, fc.constantFrom(...NORMALIZATIONS), (left, right, by) => {
        const { functions } = diffed(left, right, {}, by);
        for (const [table, side] of [
          [left, 'left'],
          [right, 'right'],
        ] as const) {
          const alone = new Map(
            topFunctions(table).functions.map((row) => [`${row.name}@${row.object}`, sumsOf(row)]),
          );
          for (const row of functions) {
            expect(sumsOf(row[side])).toEqual(alone.get(`${row.name}@${row.object}`) ?? NOTHING);
          }
        }
      }),
    );
  });

  it('show no change between a table and itself, and the opposite when they are swapped', () => {
    fc.assert(
      fc.property(anyGroupedTable, anyGroupedTable, fc.constantFrom(...NORMALIZATIONS), (left, right, by) => {
        const same = diffed(left, left, {}, by).functions;
        expect(same.every(({ change }) => change.self === 0 && change.total === 0)).toBe(true);
        const changes = (rows: DiffFunctionRow[], sign: number) =>
          new Map(
            rows.map(({ name, object, change }) => [
              `${name}@${object}`,
              [0 + sign * change.self, 0 + sign * change.total],
            ]),
          );
        const there = changes(diffed(left, right, {}, by).functions, 1);
        expect(changes(diffed(right, left, {}, by).functions, -1)).toEqual(there);
      }),
    );
  });

  it('conserve samples under any limit', () => {
    fc.assert(
      fc.property(anyGroupedTable, anyGroupedTable, fc.integer({ min: 0, max: 5 }), (left, right, limit) => {
        const { functions, hiddenFunctions } = diffed(left, right, { limit });
        expect(functions.length).toBeLessThanOrEqual(limit);
        for (const [table, side] of [
          [left, 'left'],
          [right, 'right'],
        ] as const) {
          const shown = sum(functions.map((row) => row[side].selfCount));
          expect(shown + hiddenFunctions[side].count).toBe(sum(table.count));
        }
      }),
    );
  });
});
