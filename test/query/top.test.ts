import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { topFunctions } from '../../src/query/top.ts';
import { anyGroupedTable, namesOf, PERIOD_NS, stackTable, sum } from './stack-table.ts';

describe('topFunctions', () => {
  it('gives each function what it used itself and with its callees', () => {
    const table = stackTable(`
      main  main         main
      f     f>g@libc.so  idle
      3     2            5`);
    const top = topFunctions(table);
    expect(top.functions.map(({ name, selfCount, totalCount }) => [name, selfCount, totalCount])).toEqual([
      ['idle', 5, 5],
      ['f', 3, 3],
      ['g', 2, 2],
      ['main', 0, 10],
      ['f', 0, 2],
    ]);
    expect(top.functions[2]).toEqual({
      name: 'g',
      object: 'libc.so',
      file: '',
      self: 2 * PERIOD_NS,
      total: 2 * PERIOD_NS,
      selfCount: 2,
      totalCount: 2,
      selfShare: 0.2,
      totalShare: 0.2,
    });
  });

  it('counts a recursive function once per stack', () => {
    const top = topFunctions(stackTable('fib\nfib\nfib\n4'));
    expect(top.functions).toMatchObject([{ name: 'fib', selfCount: 4, totalCount: 4, totalShare: 1 }]);
  });

  it('sorts by total when asked, and says what the limit hid', () => {
    const table = stackTable('main  main  main\nf     g     h\n3     2     5');
    const top = topFunctions(table, { sortBy: 'total', limit: 2 });
    expect(top.functions.map(({ name }) => name)).toEqual(['main', 'h']);
    expect(top.hidden).toEqual({ functions: 2, count: 5, share: 0.5 });
  });

  it('is empty for an empty table', () => {
    expect(topFunctions(stackTable([]))).toMatchObject({
      total: 0,
      functions: [],
      hidden: { count: 0, share: 0 },
    });
  });

  it('conserves samples: self of what is shown and hidden is the total', () => {
    fc.assert(
      fc.property(anyGroupedTable, fc.integer({ min: 0, max: 6 }), (table, limit) => {
        const top = topFunctions(table, { limit });
        const shown = sum(top.functions.map(({ selfCount }) => selfCount));
        expect(shown + top.hidden.count).toBe(sum(table.count));
        expect(top.total).toBe(sum(table.weightNs));
      }),
    );
  });

  it('gives each function the samples of the stacks it is in', () => {
    fc.assert(
      fc.property(anyGroupedTable, (table) => {
        const expected = new Map<string, number>();
        table.count.forEach((count, stack) => {
          for (const name of new Set(namesOf(table, stack)))
            expected.set(name, (expected.get(name) ?? 0) + count);
        });
        const got = topFunctions(table).functions.map((row): [string, number] => [
          `${row.name}@${row.object}`,
          row.totalCount,
        ]);
        expect(new Map(got.filter(([, count]) => count > 0))).toEqual(expected);
      }),
    );
  });
});
