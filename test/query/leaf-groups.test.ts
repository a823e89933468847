import { describe, expect, it } from 'vitest';
import { FRAME_FIELDS } from '../../src/model/selector.ts';
import { callTree } from '../../src/query/call-tree.ts';
import { groupByLeaf } from '../../src/query/leaf-groups.ts';
import { frame, stackTable } from './stack-table.ts';

const TABLE = stackTable(`
  main@app  main@app         idle@kernel
  read@lib  outer>inner@lib
  3         4                5`);
TABLE.locationFrames = TABLE.locationFrames.map((frames) =>
  frames.map((each) => (each.name === 'inner' ? frame('inner', { file: '/src/inner.h' }) : each)),
);

describe('groupByLeaf', () => {
  it.each([
    ['function', ['read', 'inner', 'idle']],
    ['object', ['lib', 'lib', 'kernel']],
    ['file', ['', '/src/inner.h', '']],
  ] as const)('groups by the %s of the innermost frame', (field, groups) => {
    expect(groupByLeaf(TABLE, field).group).toEqual(groups);
  });

  it('makes groups that a tree begins with, and loses no sample', () => {
    for (const field of FRAME_FIELDS) {
      const tree = callTree(groupByLeaf(TABLE, field), { groupBy: true });
      expect(tree.totalNodeCount[0]).toBe(12);
    }
    const tree = callTree(groupByLeaf(TABLE, 'object'), { groupBy: true });
    const first = [...tree.parent].flatMap((parent, node) =>
      parent === 0 ? [tree.names[tree.name[node]!]] : [],
    );
    expect(first).toEqual(['lib', 'kernel']);
  });

  it('takes a table without stacks', () => {
    expect(groupByLeaf(stackTable([]), 'function').group).toEqual([]);
  });
});
