import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callTree } from '../../src/query/call-tree.ts';
import type { Normalization } from '../../src/query/diff.ts';
import { compareTables, NORMALIZATIONS } from '../../src/query/diff.ts';
import type { DiffTree, DiffTreeOptions } from '../../src/query/diff-tree.ts';
import { diffTrees } from '../../src/query/diff-tree.ts';
import type { StackTable } from '../../src/model/stack-table.ts';
import { drawnTree, nodePaths } from './drawn-tree.ts';
import { anyGroupedTable, PERIOD_NS, stackTable, sum } from './stack-table.ts';

interface Scene extends DiffTreeOptions {
  normalize?: Normalization;
  leftMs?: number;
  rightMs?: number;
}

function diffed(left: StackTable, right: StackTable, scene: Scene = {}): DiffTree {
  const { normalize = 'share', leftMs = 1000, rightMs = 1000, ...options } = scene;
  const comparison = compareTables(
    { table: left, windowMs: leftMs },
    { table: right, windowMs: rightMs },
    normalize,
  );
  return diffTrees(comparison, options);
}

/** Samples of left > right, and the change. */
function drawn({ names, nodes }: DiffTree): string[] {
  return drawnTree({ names, ...nodes }, (node) => {
    const change = Number(nodes.change[node]!.toPrecision(6));
    return `${nodes.left.count[node]!}>${nodes.right.count[node]!} ${change > 0 ? '+' : ''}${change}`;
  });
}

const BEFORE = stackTable(`
  main   main          idle@[kernel.kallsyms]
  parse  write@libc.so
  6      2             2`);
const AFTER = stackTable(`
  main   main   main          gc
  parse  lex    write@libc.so
  3      1      4             12`);

describe('diffTrees', () => {
  it('merges both trees by path, and orders children by the larger share', () => {
    expect(drawn(diffed(BEFORE, AFTER))).toEqual([
      'all 10>20 0',
      '  main 8>8 -0.4',
      '    parse 6>3 -0.45',
      '    write 2>4 0',
      '    lex 0>1 +0.05',
      '  gc 0>12 +0.6',
      '  idle 2>0 -0.2',
    ]);
  });

  it('compares CPUs busy when asked, whatever the windows’ lengths', () => {
    const tree = diffed(stackTable('f  g\n50 50'), stackTable('f   g\n100 200'), {
      normalize: 'core-seconds',
      leftMs: 1000,
      rightMs: 2000,
    });
    expect(drawn(tree)).toEqual(['all 100>300 +0.5', '  g 50>200 +0.5', '  f 50>100 0']);
    expect(tree.nodes.left.rate).toEqual([1, 0.5, 0.5]);
    expect(tree.nodes.right.rate).toEqual([1.5, 1, 0.5]);
    expect(tree.nodes.right.share).toEqual([1, 2 / 3, 1 / 3]);
  });

  it('compares CPU time as it is when asked', () => {
    const { nodes } = diffed(stackTable('f\n5'), stackTable('f\n9'), { normalize: 'none' });
    expect(nodes.change).toEqual([4 * PERIOD_NS, 4 * PERIOD_NS]);
    expect([nodes.left.self, nodes.right.self]).toEqual([
      [0, 5 * PERIOD_NS],
      [0, 9 * PERIOD_NS],
    ]);
  });

  it('takes an object at the same path for the same, and apart from others', () => {
    const tree = diffed(stackTable('f@a.so\n1'), stackTable('f@a.so  f@b.so\n1       1'));
    expect(drawn(tree)).toEqual(['all 1>2 0', '  f 1>1 -0.5', '  f 0>1 +0.5']);
    expect(tree.objects).toEqual(['', 'a.so', 'b.so']);
  });

  it('keeps what is heavy on either side, and says what the cut hid on both', () => {
    const tree = diffed(BEFORE, AFTER, { maxNodes: 4 });
    expect(drawn(tree)).toEqual(['all 10>20 0', '  main 8>8 -0.4', '    parse 6>3 -0.45', '  gc 0>12 +0.6']);
    expect(tree.hidden).toEqual({
      nodes: 3,
      left: { count: 4, share: 0.4 },
      right: { count: 5, share: 0.25 },
    });
    expect(tree.names).toEqual(['all', 'main', 'parse', 'gc']);
  });

  it('does not let the longer window outweigh the shorter one', () => {
    const short = stackTable('rare  f\n8     2');
    const long = stackTable('f     g     h\n5000  3000  2000');
    expect(drawn(diffed(short, long, { maxNodes: 3 }))).toEqual([
      'all 10>10000 0',
      '  rare 8>0 -0.8',
      '  f 2>5000 +0.3',
    ]);
  });

  it('begins at the focus path; shares stay those of the whole side', () => {
    const tree = diffed(BEFORE, AFTER, { root: ['main'] });
    expect(drawn(tree)[0]).toBe('main 8>8 -0.4');
    expect(tree.nodes.left.share[0]).toBe(0.8);
  });

  it('puts group values of both sides first', () => {
    const left = stackTable('f\n1', ['node']);
    const right = stackTable('f  f\n1  1', ['node', 'gcc']);
    expect(drawn(diffed(left, right, { groupBy: true }))).toEqual([
      'all 1>2 0',
      '  node 1>1 -0.5',
      '    f 1>1 -0.5',
      '  gcc 0>1 +0.5',
      '    f 0>1 +0.5',
    ]);
  });

  it.each(NORMALIZATIONS)('has zeros for a side without samples under %s', (normalize) => {
    const empty = stackTable([]);
    expect(diffed(empty, empty, { normalize }).nodes).toMatchObject({ parent: [-1], change: [0] });
    const { nodes } = diffed(empty, stackTable('f\n2'), { normalize });
    expect([nodes.left.share, nodes.left.rate, nodes.left.total]).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    expect(JSON.stringify(nodes)).not.toMatch(/null.*null/); // what NaN and Infinity become
  });
});

const anyScene = fc.record({
  normalize: fc.constantFrom(...NORMALIZATIONS),
  groupBy: fc.boolean(),
  leftMs: fc.integer({ min: 1, max: 10_000 }),
  rightMs: fc.integer({ min: 1, max: 10_000 }),
});

describe('any two tables', () => {
  it('have in the merged tree the sums that each has in a tree of its own', () => {
    fc.assert(
      fc.property(anyGroupedTable, anyGroupedTable, anyScene, (left, right, scene) => {
        const tree = diffed(left, right, scene);
        const paths = nodePaths({ ...tree, ...tree.nodes });
        for (const [table, side] of [
          [left, tree.nodes.left],
          [right, tree.nodes.right],
        ] as const) {
          const alone = callTree(table, scene);
          const at = new Map(nodePaths(alone).map((path, node) => [path, node]));
          paths.forEach((path, node) => {
            const own = at.get(path);
            expect([side.self[node], side.total[node], side.count[node]]).toEqual(
              own === undefined
                ? [0, 0, 0]
                : [alone.selfWeightNs[own], alone.totalNodeWeightNs[own], alone.totalNodeCount[own]],
            );
          });
          expect([...at.keys()].filter((path) => !paths.includes(path))).toEqual([]);
        }
      }),
    );
  });

  it('show no change between a table and itself', () => {
    fc.assert(
      fc.property(anyGroupedTable, anyScene, (table, scene) => {
        const { nodes } = diffed(table, table, { ...scene, rightMs: scene.leftMs });
        expect(nodes.change.every((change) => change === 0)).toBe(true);
        expect(nodes.right).toEqual(nodes.left);
      }),
    );
  });

  it('negate every change when they are swapped', () => {
    fc.assert(
      fc.property(anyGroupedTable, anyGroupedTable, anyScene, (left, right, scene) => {
        const changes = (tree: DiffTree) => {
          const paths = nodePaths({ ...tree, ...tree.nodes });
          return new Map(paths.map((path, node) => [path, tree.nodes.change[node]! + 0]));
        };
        const there = changes(diffed(left, right, scene));
        const back = changes(diffed(right, left, { ...scene, leftMs: scene.rightMs, rightMs: scene.leftMs }));
        expect(back).toEqual(new Map([...there].map(([path, change]) => [path, 0 - change])));
      }),
    );
  });

  it('conserve samples under any cut, and what is shown hangs together', () => {
    fc.assert(
      fc.property(anyGroupedTable, anyGroupedTable, anyScene, fc.integer({ min: 1, max: 20 }), (...args) => {
        const [left, right, scene, maxNodes] = args;
        const { nodes, hidden } = diffed(left, right, { ...scene, maxNodes });
        expect(nodes.parent.length).toBeLessThanOrEqual(maxNodes);
        expect(nodes.parent.every((parent, node) => parent < node)).toBe(true);
        for (const [table, side, cut] of [
          [left, nodes.left, hidden.left],
          [right, nodes.right, hidden.right],
        ] as const) {
          expect(sum(side.self) + cut.count * PERIOD_NS).toBe(sum(table.weightNs));
          expect(side.count[0]).toBe(sum(table.count));
        }
      }),
    );
  });
});
