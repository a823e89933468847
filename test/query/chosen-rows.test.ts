import { describe, expect, it } from 'vitest';
import { chosenRows } from '../../src/query/chosen-rows.ts';
import { stackTable, PERIOD_NS } from './stack-table.ts';

const TABLE = `
  main  idle  read
  3     4     5`;

describe('chosenRows', () => {
  it('gives the sums and the labels of those rows, in the order asked for', () => {
    expect(chosenRows(stackTable(TABLE, ['node', '', 'gcc']), [2, 0])).toEqual({
      group: ['gcc', 'node'],
      count: Float64Array.of(5, 3),
      weightNs: Float64Array.of(5 * PERIOD_NS, 3 * PERIOD_NS),
    });
  });

  it('has no labels where the table has none', () => {
    expect('group' in chosenRows(stackTable(TABLE), [1])).toBe(false);
  });
});
