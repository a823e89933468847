// The table of differences as data, and how its figures are written.
import { describe, expect, it } from 'vitest';
import type { DiffFunction } from '../../web/src/compare/diff-body.ts';
import { formatChange, formatCpus, formatFactor, formatPoints } from '../../web/src/compare/diff-format.ts';
import type { DiffSort } from '../../web/src/compare/diff-rows.ts';
import {
  DEFAULT_SORT,
  diffRows,
  formatSort,
  METRICS,
  nextSort,
  parseSort,
  SORT_COLUMNS,
} from '../../web/src/compare/diff-rows.ts';

/** Shares before and after; the function itself uses a tenth of what it uses in total. */
function row(name: string, before: number, after: number): DiffFunction {
  const side = (share: number) => ({
    ...{ self: 0, total: 0, selfCount: 0, totalCount: 0 },
    ...{ selfShare: share / 10, totalShare: share, selfRate: share / 20, totalRate: share / 2 },
  });
  return {
    ...{ name, object: `/lib/${name}.so`, file: '', significance: null },
    ...{ left: side(before), right: side(after) },
    change: { self: (after - before) / 10, total: after - before },
  };
}

const FUNCTIONS = [row('grew', 0.1, 0.4), row('shrank', 0.5, 0.1), row('same', 0.2, 0.2), row('new', 0, 0.1)];
const names = (sort: DiffSort, search = '') => diffRows(FUNCTIONS, sort, search).map(({ name }) => name);

describe('the order of the rows', () => {
  it('is by the size of the change, whichever way it goes', () => {
    expect(names(DEFAULT_SORT)).toEqual(['shrank', 'grew', 'new', 'same']);
  });

  it.each<[string, string[]]>([
    ['total.change.desc', ['grew', 'new', 'same', 'shrank']],
    ['total.change.asc', ['shrank', 'same', 'new', 'grew']],
    ['total.before.desc', ['shrank', 'same', 'grew', 'new']],
    ['self.cpusAfter.desc', ['grew', 'same', 'shrank', 'new']],
    ['total.name.asc', ['grew', 'new', 'same', 'shrank']],
    ['total.object.desc', ['shrank', 'same', 'new', 'grew']],
  ])('is %s where that is asked for', (text, expected) => {
    expect(names(parseSort(text))).toEqual(expected);
  });

  it('keeps to the search, by name or object', () => {
    expect(names(DEFAULT_SORT, 'GREW')).toEqual(['grew']);
    expect(names(DEFAULT_SORT, '/lib/s')).toEqual(['shrank', 'same']);
  });

  it('takes the figures of the metric, and leaves out what has none on either side', () => {
    const idle = row('idle', 0.3, 0.1);
    idle.left.selfShare = idle.right.selfShare = 0;
    const own = diffRows([...FUNCTIONS, idle], { ...DEFAULT_SORT, metric: 'self' }, '');
    expect(own[0]).toMatchObject({ name: 'shrank', before: 0.05, after: 0.01, cpusBefore: 0.025 });
    expect(own[0]!.change).toBeCloseTo(-0.04);
    expect(own.map(({ name }) => name)).not.toContain('idle');
  });
});

describe('the order in the address', () => {
  it('is empty for the default and survives the way there and back', () => {
    expect(formatSort(DEFAULT_SORT)).toBe('');
    for (const metric of METRICS)
      for (const column of SORT_COLUMNS)
        for (const descending of [true, false]) {
          const sort = { metric, column, descending };
          expect(parseSort(formatSort(sort))).toEqual(sort);
        }
  });

  it.each([
    '',
    'total',
    'total.size',
    'total.colour.desc',
    'best.size.desc',
    'total.size.up',
    'total.size.desc.x',
  ])('falls back to the default for "%s"', (text) => {
    expect(parseSort(text)).toEqual(DEFAULT_SORT);
  });
});

describe('a click on a head', () => {
  it('turns a column that is the order, and begins another one at its natural end', () => {
    const byName = nextSort(DEFAULT_SORT, 'name');
    expect(byName).toEqual({ metric: 'total', column: 'name', descending: false });
    expect(nextSort(byName, 'name').descending).toBe(true);
    expect(nextSort(byName, 'before')).toEqual({ metric: 'total', column: 'before', descending: true });
  });

  it('goes from the largest changes to the most grown, the most shrunk, and round', () => {
    const grown = nextSort(DEFAULT_SORT, 'change');
    expect(grown).toMatchObject({ column: 'change', descending: true });
    const shrunk = nextSort(grown, 'change');
    expect(shrunk).toMatchObject({ column: 'change', descending: false });
    expect(nextSort(shrunk, 'change')).toEqual(DEFAULT_SORT);
  });
});

describe('figures of a change', () => {
  it.each([
    [0.1, '+10.0'],
    [-0.045, '−4.5'],
    [0.0035, '+0.35'],
    [-0.00001, '−< 0.01'],
    [0, '0'],
  ])('writes a difference of shares of %d as points', (difference, text) => {
    expect(formatPoints(difference)).toBe(text);
  });

  it('writes a change in the unit of the comparison', () => {
    expect(formatChange(0.1, 'share')).toBe('+10.0');
    expect(formatChange(-0.034, 'core-seconds')).toBe('−0.034');
    expect(formatChange(2.5e9, 'none')).toBe('+2.50 s');
    expect(formatChange(0, 'none')).toBe('0');
  });

  it.each([
    [0, '0'],
    [0.0004, '< 0.001'],
    [0.0421, '0.042'],
    [0.333, '0.33'],
    [12.345, '12.35'],
  ])('writes %d CPUs', (cpus, text) => {
    expect(formatCpus(cpus)).toBe(text);
  });

  it('writes a factor only where there is one', () => {
    expect(formatFactor(0.05, 0.15)).toBe('×3.00');
    expect(formatFactor(0.3, 0.1)).toBe('×0.33');
    expect(formatFactor(0, 0.1)).toBeUndefined();
    expect(formatFactor(0.1, 0)).toBeUndefined();
  });
});
