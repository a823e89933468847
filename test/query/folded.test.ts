import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFolded } from '../../src/query/folded.ts';
import { anyGroupedTable, frame, PERIOD_NS, stackTable, sum } from './stack-table.ts';

describe('encodeFolded', () => {
  it('writes one line per distinct stack, root first, inlined calls shown', () => {
    const table = stackTable(
      'main  main  main\nf>g   h     f\n.     .     g\n3     2     1'.replaceAll('.', ' '),
    );
    expect(encodeFolded(table)).toBe('main;f;g 4\nmain;h 2\n');
  });

  it('writes nanoseconds when asked', () => {
    expect(encodeFolded(stackTable('main\n3'), { value: 'weight' })).toBe(`main ${3 * PERIOD_NS}\n`);
  });

  it('puts the group first when grouped', () => {
    expect(encodeFolded(stackTable('main  main\n3     1', ['a;b', '']), { groupBy: true })).toBe(
      'a:b;main 3\n;main 1\n',
    );
  });

  it('replaces what would break a line', () => {
    const table = { ...stackTable('main\n1'), locationFrames: [[frame('eq.struct { a;\r\nb }')]] };
    expect(encodeFolded(table)).toBe('eq.struct { a: b } 1\n');
  });

  it('conserves samples', () => {
    fc.assert(
      fc.property(anyGroupedTable, fc.boolean(), (table, groupBy) => {
        const counts = encodeFolded(table, { groupBy })
          .split('\n')
          .slice(0, -1)
          .map((line) => Number(/ (\d+)$/.exec(line)![1]));
        expect(sum(counts)).toBe(sum(table.count));
      }),
    );
  });
});
