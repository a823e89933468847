import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallTree } from '../../src/query/call-tree.ts';
import { callTree, flamegraphJson } from '../../src/query/call-tree.ts';
import { drawnTree, nodePaths } from './drawn-tree.ts';
import { anyGroupedTable, frame, namesOf, PERIOD_NS, stackTable, sum } from './stack-table.ts';

/** Samples with each node / as leaf. */
function drawn(tree: CallTree): string[] {
  return drawnTree(tree, (node) => `${tree.totalNodeCount[node]!}/${tree.selfCount[node]!}`);
}

const TABLE = stackTable(`
  main   main   main          idle@[kernel.kallsyms]
  parse  parse  write@libc.so
  lex    parse
  5      2      4             1`);

describe('callTree', () => {
  it('merges stacks from the root, the heaviest child first', () => {
    expect(drawn(callTree(TABLE))).toEqual([
      'all 12/0',
      '  main 11/0',
      '    parse 7/0',
      '      lex 5/5',
      '      parse 2/2',
      '    write 4/4',
      '  idle 1/1',
    ]);
  });

  it('shows inlined calls under the function they were inlined into', () => {
    const tree = callTree(stackTable([{ frames: ['main', 'outer>middle>inner'], count: 3 }]));
    expect(drawn(tree)).toEqual([
      'all 3/0',
      '  main 3/0',
      '    outer 3/0',
      '      middle 3/0',
      '        inner 3/3',
    ]);
  });

  it('keeps functions of the same name in different objects apart', () => {
    const tree = callTree(stackTable('main@a.so  main@b.so\n1          2'));
    expect(tree.parent).toHaveLength(3);
    expect([...tree.object].map((object) => tree.objects[object])).toEqual(['', 'b.so', 'a.so']);
  });

  it('says what maxNodes cut, and keeps totals of what it shows', () => {
    const tree = callTree(TABLE, { maxNodes: 4 });
    expect(drawn(tree)).toEqual(['all 12/0', '  main 11/0', '    parse 7/0', '      lex 5/5']);
    expect(tree.hidden).toEqual({ nodes: 3, count: 7, share: 7 / 12 });
    expect(tree.names).toEqual(['all', 'main', 'parse', 'lex']);
    expect(tree.objects).toEqual(['', 'app']);
  });

  it('begins at the focus path and keeps the totals of the whole table beside it', () => {
    const tree = callTree(TABLE, { root: ['main', 'parse'] });
    expect(drawn(tree)).toEqual(['parse 7/0', '  lex 5/5', '  parse 2/2']);
    expect(tree.totalCount).toBe(12);
  });

  it('ends a focus path inside of an inline chain', () => {
    const table = stackTable('main      main\no>i       o\nx         y\n2         1');
    expect(drawn(callTree(table, { root: ['main', 'o', 'i'] }))).toEqual(['i 2/0', '  x 2/2']);
  });

  it('is empty where no stack begins with the focus path', () => {
    const tree = callTree(TABLE, { root: ['main', 'nowhere'] });
    expect(drawn(tree)).toEqual(['nowhere 0/0']);
    expect(tree.hidden).toEqual({ nodes: 0, count: 0, share: 0 });
  });

  it('puts group values first when grouped, and focuses on them too', () => {
    const table = stackTable('main  main  main\na     a     b\n1     2     4', ['node', 'gcc', 'node']);
    expect(drawn(callTree(table, { groupBy: true }))).toEqual([
      'all 7/0',
      '  node 5/0',
      '    main 5/0',
      '      b 4/4',
      '      a 1/1',
      '  gcc 2/0',
      '    main 2/0',
      '      a 2/2',
    ]);
    expect(drawn(callTree(table, { groupBy: true, root: ['gcc'] }))).toEqual([
      'gcc 2/0',
      '  main 2/0',
      '    a 2/2',
    ]);
  });

  it('is only a root for an empty table', () => {
    expect(drawn(callTree(stackTable([])))).toEqual(['all 0/0']);
  });

  it('conserves samples and weights under any cut and grouping', () => {
    fc.assert(
      fc.property(
        anyGroupedTable,
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        (table, maxNodes, groupBy) => {
          const tree = callTree(table, { maxNodes, groupBy });
          const count = sum(table.count);
          expect(tree.parent.length).toBeLessThanOrEqual(maxNodes);
          expect([tree.totalCount, tree.totalNodeCount[0]]).toEqual([count, count]);
          expect(sum(tree.selfCount) + tree.hidden.count).toBe(count);
          expect(sum(tree.selfWeightNs) + tree.hidden.share * count * PERIOD_NS).toBeCloseTo(
            count * PERIOD_NS,
            0,
          );
        },
      ),
    );
  });

  it('shows the same nodes with the same sums as a plain walk over all paths', () => {
    fc.assert(
      fc.property(anyGroupedTable, (table) => {
        const expected = new Map<string, number>();
        table.count.forEach((count, stack) => {
          const names = namesOf(table, stack);
          for (let depth = 0; depth <= names.length; depth++) {
            const path = names
              .slice(0, depth)
              .map((name) => `;${name}`)
              .join('');
            expected.set(path, (expected.get(path) ?? 0) + count);
          }
        });
        const tree = callTree(table);
        const got = nodePaths(tree).map((path, node): [string, number] => [path, tree.totalNodeCount[node]!]);
        expect(new Map([...got].sort())).toEqual(
          table.count.length === 0 ? new Map([['', 0]]) : new Map([...expected].sort()),
        );
      }),
    );
  });
});

describe('flamegraphJson', () => {
  it('says how code made at run time was compiled, of the heaviest stack of a node', () => {
    const table = stackTable('f  g\n3  1');
    table.locationFrames = [[frame('f', { tier: 'optimized' })], [frame('g')]];
    const { nodes, names, tiers } = flamegraphJson(callTree(table));
    expect(nodes.tier.map((tier, node) => [names[nodes.name[node]!], tiers[tier]])).toEqual([
      ['all', ''],
      ['f', 'optimized'],
      ['g', ''],
    ]);
  });

  it('is columns of plain numbers in nanoseconds, with names and objects as tables', () => {
    const json = flamegraphJson(callTree(stackTable('main@app  main@app\nf@app     g@libc.so\n2         1')));
    expect(JSON.parse(JSON.stringify(json))).toEqual({
      unit: 'nanoseconds',
      total: 3 * PERIOD_NS,
      totalCount: 3,
      names: ['all', 'main', 'f', 'g'],
      objects: ['', 'app', 'libc.so'],
      files: [''],
      tiers: [''],
      nodes: {
        parent: [-1, 0, 1, 1],
        name: [0, 1, 2, 3],
        object: [0, 1, 1, 2],
        file: [0, 0, 0, 0],
        line: [0, 0, 0, 0],
        tier: [0, 0, 0, 0],
        self: [0, 0, 2 * PERIOD_NS, PERIOD_NS],
        total: [3 * PERIOD_NS, 3 * PERIOD_NS, 2 * PERIOD_NS, PERIOD_NS],
        count: [3, 3, 2, 1],
      },
      hidden: { nodes: 0, count: 0, share: 0 },
    });
  });
});
