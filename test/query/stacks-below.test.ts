import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callTree } from '../../src/query/call-tree.ts';
import { stacksBelow } from '../../src/query/stacks-below.ts';
import { topFunctions } from '../../src/query/top.ts';
import { anyGroupedTable, stackTable } from './stack-table.ts';

const TABLE = `
  main   main   main  idle
  parse  parse  io    parse
  read          read
  3      2      4     5`;

const rowsOf = (table: ReturnType<typeof stackTable>) =>
  topFunctions(table).functions.map(({ name, selfCount, totalCount }) => [name, selfCount, totalCount]);

describe('stacksBelow', () => {
  it('keeps the stacks that begin with the path, as a whole', () => {
    const below = stacksBelow(stackTable(TABLE), { root: ['main', 'parse'] });
    expect([...below.count]).toEqual([3, 2]);
    expect(rowsOf(below)).toEqual([
      ['read', 3, 3],
      ['parse', 2, 5],
      ['main', 0, 5],
    ]);
  });

  it('gives shares of what the path leads to', () => {
    const { functions, totalCount } = topFunctions(stacksBelow(stackTable(TABLE), { root: ['main', 'io'] }));
    expect(totalCount).toBe(4);
    expect(functions[0]).toMatchObject({ name: 'read', selfShare: 1 });
  });

  it('is the table itself without a path, and empty below a path that is not there', () => {
    const table = stackTable(TABLE);
    expect(stacksBelow(table, { root: [] })).toBe(table);
    expect(rowsOf(stacksBelow(table, { root: ['parse', 'main'] }))).toEqual([]);
  });

  it('agrees with the call tree of any path, grouped or not', () => {
    fc.assert(
      fc.property(
        anyGroupedTable,
        fc.array(fc.constantFrom('', 'a', 'b', 'c', 'web'), { maxLength: 3 }),
        fc.boolean(),
        (table, root, groupBy) => {
          const below = stacksBelow(table, { root, groupBy });
          const tree = callTree(table, { root, groupBy });
          expect(below.count.reduce((a, b) => a + b, 0)).toBe(tree.totalNodeCount[0]);
          expect(below.group?.length).toBe(below.count.length);
        },
      ),
    );
  });
});
