// Tables with source files, and patterns that match some of them.
import fc from 'fast-check';
import type { StackFilter } from '../../src/model/stack-filters.ts';
import { STACK_FILTERS } from '../../src/model/stack-filters.ts';
import type { StackTable } from '../../src/model/stack-table.ts';
import type { FilterMatches } from '../../src/query/stack-filter.ts';
import { filterTexts } from '../../src/query/stack-filter.ts';
import { anyStacks, codeObject, stackTable } from './stack-table.ts';

export type Patterns = Partial<Record<StackFilter, string>>;

/** JavaScript's regular expressions in the place of RE2: for patterns that both read alike. */
export function matchesOf(table: StackTable, patterns: Patterns): FilterMatches {
  const texts = filterTexts(table);
  return Object.fromEntries(
    Object.entries(patterns).map(([filter, pattern]) => [
      filter,
      new Set(texts.filter((text) => new RegExp(pattern).test(text))),
    ]),
  );
}

/** Some functions have a file; `[x]` is in no object where the object is the markers'. */
export const anyFilteredTable: fc.Arbitrary<StackTable> = fc
  .tuple(anyStacks, fc.boolean())
  .map(([stacks, markers]) => {
    const table = stackTable(stacks);
    for (const frames of table.locationFrames) {
      for (const frame of frames) if (/^[abc]$/.test(frame.name)) frame.file = `/src/${frame.name}.c`;
    }
    if (markers && table.objects.length > 0) {
      table.objects = [...table.objects.slice(0, -1), codeObject('[marker]', 'marker')];
    }
    return table;
  });

const anyPattern = fc.constantFrom(
  '^a$',
  '^[bc]$',
  'd',
  'a[.]c',
  '[.]c$',
  'libc',
  'kallsyms',
  'operator<',
  '^$',
  '.',
  'no',
);

/** At least one filter. */
export const anyPatterns: fc.Arbitrary<Patterns> = fc
  .subarray([...STACK_FILTERS], { minLength: 1 })
  .chain((filters) => fc.record(Object.fromEntries(filters.map((filter) => [filter, anyPattern]))));
