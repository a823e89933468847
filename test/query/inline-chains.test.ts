// Inlined calls in every form that profiles are given out in: functions of their own, above the one they are part of.
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../src/model/frame.ts';
import type { StackTable } from '../../src/model/stack-table.ts';
import { callTree } from '../../src/query/call-tree.ts';
import { compareTables } from '../../src/query/diff.ts';
import { diffFunctions } from '../../src/query/diff-functions.ts';
import { diffTrees } from '../../src/query/diff-tree.ts';
import { encodeFolded } from '../../src/query/folded.ts';
import { encodePprof } from '../../src/query/pprof.ts';
import type { SpeedscopeFile } from '../../src/query/speedscope.ts';
import { encodeSpeedscope } from '../../src/query/speedscope.ts';
import { topFunctions } from '../../src/query/top.ts';
import { decodePprof } from './decode-pprof.ts';
import { drawnTree } from './drawn-tree.ts';
import { frame, stackTable } from './stack-table.ts';

const RANGE = { fromMs: 1_700_000_000_000, untilMs: 1_700_000_001_000 };

/** As a compiler lays them out: each frame of a chain is at the line of the call that it inlined. */
const at = (name: string, line: number): Frame => frame(name, { file: `${name}.c`, line, column: line + 1 });

/** A chain in a caller, in a leaf, and a leaf at two places of one function. */
const TABLE: StackTable = {
  ...stackTable(`
    main         main         main
    outer>inner  outer>inner  outer>other
    leaf         top>deep
    5            3            2`),
};
// In the order that the text defines them: leaf, outer>inner, main, top>deep, outer>other.
TABLE.locationFrames = [
  [at('leaf', 40)],
  [at('inner', 20), at('outer', 12)],
  [at('main', 1)],
  [at('deep', 60), at('top', 51)],
  [at('other', 30), at('outer', 15)],
];

describe('inlined calls', () => {
  it('are frames of the flame graph, each with the line it is at', () => {
    const tree = callTree(TABLE);
    const place = (node: number) => `${tree.files[tree.file[node]!]!}:${tree.line[node]!}`;
    expect(
      drawnTree(tree, (node) => `${tree.totalNodeCount[node]!}/${tree.selfCount[node]!} ${place(node)}`),
    ).toEqual([
      'all 10/0 :0',
      '  main 10/0 main.c:1',
      '    outer 10/0 outer.c:12',
      '      inner 8/0 inner.c:20',
      '        leaf 5/5 leaf.c:40',
      '        top 3/0 top.c:51',
      '          deep 3/3 deep.c:60',
      '      other 2/2 other.c:30',
    ]);
  });

  it('have the CPU time themselves, not what they are part of', () => {
    const { functions } = topFunctions(TABLE);
    expect(
      functions.map(({ name, selfCount, totalCount, file }) => [name, selfCount, totalCount, file]),
    ).toEqual([
      ['leaf', 5, 5, 'leaf.c'],
      ['deep', 3, 3, 'deep.c'],
      ['other', 2, 2, 'other.c'],
      ['outer', 0, 10, 'outer.c'],
      ['main', 0, 10, 'main.c'],
      ['inner', 0, 8, 'inner.c'],
      ['top', 0, 3, 'top.c'],
    ]);
  });

  it('are in folded stacks and in speedscope from the outermost in', () => {
    expect(encodeFolded(TABLE).split('\n')).toEqual([
      'main;outer;inner;leaf 5',
      'main;outer;inner;top;deep 3',
      'main;outer;other 2',
      '',
    ]);
    const file = JSON.parse(encodeSpeedscope(TABLE, { range: RANGE, name: 'x' })) as SpeedscopeFile;
    const { frames } = file.shared;
    const names = file.profiles[0].samples.map((stack) =>
      stack.map((index) => frames[index]!.name).join(';'),
    );
    expect(names.sort()).toEqual(['main;outer;inner;leaf', 'main;outer;inner;top;deep', 'main;outer;other']);
    expect(frames).toContainEqual({ name: 'outer', file: 'outer.c', line: 12 });
  });

  it('are lines of one pprof location, innermost first', async () => {
    const { samples } = decodePprof(await encodePprof(TABLE, { range: RANGE }));
    const stack = samples[1]!.locations.map(({ frames }) =>
      frames.map(({ name, line }) => `${name}:${line}`),
    );
    expect(stack).toEqual([['deep:60', 'top:51'], ['inner:20', 'outer:12'], ['main:1']]);
  });

  it('are compared as functions and as frames', () => {
    const comparison = compareTables(
      { table: TABLE, windowMs: 1 },
      { table: stackTable([]), windowMs: 1 },
      'none',
    );
    const tree = diffTrees(comparison);
    const lines = tree.nodes.file.map((file, node) => `${tree.files[file]!}:${tree.nodes.line[node]!}`);
    expect(lines).toContain('deep.c:60');
    expect(diffFunctions(comparison, { sortBy: 'self' }).functions[0]).toMatchObject({ name: 'leaf' });
  });

  it('have the source file of a location that has one, where others of the function have none', () => {
    const table = stackTable('f>a  g>a\n1    1');
    table.locationFrames[1] = [frame('a', { file: 'a.c', line: 3 }), frame('g')];
    const row = topFunctions(table).functions.find(({ name }) => name === 'a');
    expect(row?.file).toBe('a.c');
  });
});
