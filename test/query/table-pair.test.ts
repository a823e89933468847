import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairTables } from '../../src/query/table-pair.ts';
import { anyGroupedTable, frame, namesOf, stackTable } from './stack-table.ts';

describe('pairTables', () => {
  it('keeps each side’s stacks, counts and groups, in order', () => {
    fc.assert(
      fc.property(anyGroupedTable, anyGroupedTable, (left, right) => {
        const pair = pairTables(left, right);
        for (const [side, rows] of [
          [left, pair.left],
          [right, pair.right],
        ] as const) {
          expect(rows.until - rows.from).toBe(side.count.length);
          side.count.forEach((count, stack) => {
            const row = rows.from + stack;
            expect(namesOf(pair.table, row)).toEqual(namesOf(side, stack));
            expect([pair.table.count[row], pair.table.weightNs[row], pair.table.group![row]]).toEqual([
              count,
              side.weightNs[stack],
              side.group![stack],
            ]);
          });
        }
      }),
    );
  });

  it('has objects and locations of both sides once', () => {
    const table = stackTable('main  main\nf@a   g@b\n1     2');
    const { table: both } = pairTables(table, table);
    expect(both.objects).toEqual(table.objects);
    expect(both.locationFrames).toEqual(table.locationFrames);
    expect(both.locationAddress).toEqual(table.locationAddress);
  });

  it('renames neither side where a name arrived in between', () => {
    const unnamed = stackTable('[a.so]@a.so\n1');
    const named = { ...unnamed, locationFrames: [[frame('f')]], locationNamed: Uint8Array.of(1) };
    const { table, right } = pairTables(unnamed, named);
    expect([namesOf(table, 0), namesOf(table, right.from)]).toEqual([['[a.so]@a.so'], ['f@a.so']]);
    expect([...table.locationNamed]).toEqual([0, 1]);
  });

  it('gives a side without groups empty ones', () => {
    const { table } = pairTables(stackTable('f\n1'), stackTable('f\n1', ['node']));
    expect(table.group).toEqual(['', 'node']);
    expect(pairTables(stackTable('f\n1'), stackTable('f\n1')).table.group).toBeUndefined();
  });
});
