// Stack filters, on stacks written as text; `go-pprof-filters.test.ts` compares them with pprof's own.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StackFilter } from '../../src/model/stack-filters.ts';
import type { StackTable } from '../../src/model/stack-table.ts';
import { filterStacks, filterTexts } from '../../src/query/stack-filter.ts';
import { anyFilteredTable, anyPatterns, matchesOf } from './filtered-tables.ts';
import { codeObject, frame, namesOf, stackTable } from './stack-table.ts';

const TABLE = `
  main@app         main@app        idle@[kernel]
  run@app          outer>inner@lib
  read@lib         read@lib
  3                4               5`;

/** The stacks that are left, root first, by their samples. */
function filtered(table: StackTable, patterns: Partial<Record<StackFilter, string>>): Record<number, string> {
  const left = filterStacks(table, matchesOf(table, patterns));
  const names = (row: number) => namesOf(left, row).map((name) => name.replace(/@.*/, ''));
  return Object.fromEntries(Array.from(left.count, (count, row) => [count, names(row).join(' ')]));
}

const filteredText = (patterns: Partial<Record<StackFilter, string>>) =>
  filtered(stackTable(TABLE), patterns);

describe('filterStacks', () => {
  it.each<[Partial<Record<StackFilter, string>>, Record<number, string>]>([
    [{ focus: 'run' }, { 3: 'main run read' }],
    [{ focus: 'inner' }, { 4: 'main outer inner read' }],
    [{ focus: 'kernel' }, { 5: 'idle' }],
    [{ focus: 'nothing' }, {}],
    [{ ignore: '^read$' }, { 5: 'idle' }],
    [{ ignore: 'run', focus: 'main' }, { 4: 'main outer inner read' }],
    [{ ignore: 'main', focus: 'main' }, {}],
    [{ hide: 'outer' }, { 3: 'main run read', 4: 'main inner read', 5: 'idle' }],
    [{ hide: 'lib' }, { 3: 'main run', 4: 'main', 5: 'idle' }],
    [{ hide: 'idle' }, { 3: 'main run read', 4: 'main outer inner read' }],
    [{ show_from: 'run' }, { 3: 'run read' }],
    [{ show_from: 'inner' }, { 4: 'inner read' }],
    [{ show_from: 'lib' }, { 3: 'read', 4: 'outer inner read' }],
    [{ hide: 'main', show_from: 'main' }, {}],
    [
      { focus: 'main', hide: 'main' },
      { 3: 'run read', 4: 'outer inner read' },
    ],
  ])('with %j leaves %j', (patterns, expected) => {
    expect(filteredText(patterns)).toEqual(expected);
  });

  it('begins at the outermost match', () => {
    expect(filtered(stackTable('a\nb\nc\nb\n1'), { show_from: 'b|c' })).toEqual({ 1: 'b c b' });
  });

  it('cuts an inline chain wherever it occurs, as pprof does', () => {
    expect(filtered(stackTable('b\nx>b>y\n1'), { show_from: 'b' })).toEqual({ 1: 'b b y' });
  });

  it('matches source files and, of the kernel, the name that pprof knows', () => {
    const table = stackTable('main@app  sys@kernel\n1         2');
    table.locationFrames = [[frame('main', { file: '/src/main.c' })], [frame('sys')]];
    table.objects = [codeObject('/opt/app'), codeObject('[kernel]', 'kernel')];
    expect(filtered(table, { focus: 'main[.]c' })).toEqual({ 1: 'main' });
    expect(filtered(table, { hide: 'kallsyms' })).toEqual({ 1: 'main' });
    expect(filterTexts(table)).toEqual(['main', '/src/main.c', 'sys', '', '/opt/app', '[kernel.kallsyms]']);
  });

  it('takes markers to be in no object', () => {
    const table = { ...stackTable('[truncated]@[marker]\n2'), objects: [codeObject('[marker]', 'marker')] };
    expect(filterTexts(table)).toEqual(['[truncated]', '']);
    expect(filtered(table, { focus: 'marker' })).toEqual({});
    expect(filtered(table, { focus: 'trunc' })).toEqual({ 2: '[truncated]' });
  });

  it('keeps the groups of the stacks that stay, and no location that none of them has', () => {
    const table = stackTable(TABLE, ['node', 'gcc', '']);
    const left = filterStacks(table, matchesOf(table, { focus: 'inner' }));
    expect(left.group).toEqual(['gcc']);
    expect(left.locationFrames.map((frames) => frames.map(({ name }) => name))).toEqual([
      ['read'],
      ['inner', 'outer'],
      ['main'],
    ]);
  });

  it('is the table itself where nothing is asked for', () => {
    const table = stackTable(TABLE);
    expect(filterStacks(table, {})).toBe(table);
  });

  it('never adds samples, and leaves the table that it is given alone', () => {
    fc.assert(
      fc.property(anyFilteredTable, anyPatterns, (table, patterns) => {
        const before = structuredClone(table);
        const left = filterStacks(table, matchesOf(table, patterns));
        const sum = (counts: Float64Array) => counts.reduce((a, b) => a + b, 0);
        expect(sum(left.count)).toBeLessThanOrEqual(sum(table.count));
        expect(left.locationFrames.every((frames) => frames.length > 0)).toBe(true);
        expect(left.offsets.length).toBe(left.count.length + 1);
        expect(table).toEqual(before);
      }),
    );
  });
});
