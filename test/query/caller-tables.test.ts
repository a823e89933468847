// Tables whose stacks share their callers, as a store answers: whatever is made of them is what their lists would give.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StackTable } from '../../src/model/stack-table.ts';
import { functionSums } from '../../src/query/function-sums.ts';
import { functionTable } from '../../src/query/function-table.ts';
import type { FilterMatches } from '../../src/query/stack-filter.ts';
import { filterStacks } from '../../src/query/stack-filter.ts';
import { stacksBelow } from '../../src/query/stacks-below.ts';
import { pairTables } from '../../src/query/table-pair.ts';
import { anyGroupedTable, namesOf, withCallers } from './stack-table.ts';

/** A line per row, and the locations that there are. */
function said(table: StackTable) {
  const rows = Array.from(
    table.count,
    (count, row) => `${table.group?.[row]} ${count} ${table.weightNs[row]} ${namesOf(table, row).join(';')}`,
  );
  const places = table.locationFrames.map(
    (frames, at) =>
      `${frames.map(({ name }) => name).join('>')} ${table.locationAddress[at]} ${table.locationNamed[at]} ` +
      table.objects[table.locationObject[at]!]!.path,
  );
  return { rows, places: places.sort(), periodNs: table.periodNs };
}

const anyNames = fc.subarray(['a', 'b', 'c', 'd', '[x]']).map((names) => new Set(names));
const anyMatches: fc.Arbitrary<FilterMatches> = fc.record(
  { focus: anyNames, ignore: anyNames, hide: anyNames, show_from: anyNames },
  { requiredKeys: [] },
);

describe('a table of callers', () => {
  it('has the lists that it was made of', () => {
    fc.assert(
      fc.property(anyGroupedTable, (table) => {
        const { offsets, stackLocations } = withCallers(table);
        expect([offsets, stackLocations]).toEqual([table.offsets, table.stackLocations]);
      }),
    );
  });

  it('is filtered as its lists are', () => {
    fc.assert(
      fc.property(anyGroupedTable, anyMatches, (table, matches) => {
        expect(said(filterStacks(withCallers(table), matches))).toEqual(said(filterStacks(table, matches)));
      }),
    );
  });

  it('is filtered again as its lists are', () => {
    fc.assert(
      fc.property(anyGroupedTable, anyNames, anyNames, (table, focus, ignore) => {
        const twice = (one: StackTable) => filterStacks(filterStacks(one, { focus }), { ignore });
        expect(said(twice(withCallers(table)))).toEqual(said(twice(table)));
      }),
    );
  });

  it('has the sums by function that its lists have, of any of its rows', () => {
    fc.assert(
      fc.property(anyGroupedTable, fc.nat(30), fc.nat(30), (table, a, b) => {
        const functions = functionTable(table);
        const most = table.count.length;
        const rows = { from: Math.min(a, b, most), until: Math.min(Math.max(a, b), most) };
        expect(functionSums(withCallers(table), functions, rows)).toEqual(
          functionSums(table, functions, rows),
        );
      }),
    );
  });

  it('is cut to a path, and paired with another, as its lists are', () => {
    fc.assert(
      fc.property(anyGroupedTable, anyGroupedTable, fc.constantFrom('a', 'b'), (left, right, name) => {
        const root = { root: [name] };
        expect(said(stacksBelow(withCallers(left), root))).toEqual(said(stacksBelow(left, root)));
        const { table } = pairTables(withCallers(left), withCallers(right));
        expect(said(table)).toEqual(said(pairTables(left, right).table));
      }),
    );
  });
});
