// From columns to the tree that is drawn: trees in and out as text.
import { describe, expect, it } from 'vitest';
import { callTree, flamegraphJson } from '../../src/query/call-tree.ts';
import type { FlamegraphBody } from '../../web/src/api.ts';
import type { FrameNode } from '../../web/src/frame-tree.ts';
import { classShares, frameTree, matchTotals, matches } from '../../web/src/frame-tree.ts';
import { PERIOD_NS, fakeStore } from '../support/fake-store.ts';

const RANGE = { fromMs: 0, untilMs: 1000 };

async function bodyOf(text: string, options: { groupBy?: boolean; maxNodes?: number } = {}) {
  const table = await fakeStore({ text, timeMs: 1 }).stacks([], RANGE, options.groupBy ? 'comm' : undefined);
  const json = flamegraphJson(callTree(table, options));
  const kinds = new Map<string, string>(table.objects.map(({ path, kind }) => [path, kind]));
  const objectKinds = json.objects.map((path) => kinds.get(path) ?? '');
  return { ...RANGE, ...json, periodNs: table.periodNs, objectKinds } satisfies FlamegraphBody;
}

/** One line per frame: name, class, samples with and without callees. */
function show(frame: FrameNode, indent = ''): string {
  const line = `${indent}${frame.name} ${frame.frameClass} ${frame.value / PERIOD_NS}/${frame.self / PERIOD_NS}`;
  return [line, ...frame.children.map((child) => show(child, `${indent}  `))].join('\n');
}

const TEXT = `
node:
  main @/usr/bin/node
    parse @/usr/bin/node =30
    eval @[jit] =20
      read @[kernel.kallsyms] =10
      [unknown] @[marker] =5
gcc:
  main @/usr/bin/gcc =60
`;

describe('frameTree', () => {
  it('nests frames, heaviest first, and classes them by their object', async () => {
    expect(show(frameTree(await bodyOf(TEXT, { groupBy: true })))).toBe(
      `
all group 125/0
  node group 65/0
    main native 65/0
      eval jit 35/20
        read kernel 10/10
        [unknown] marker 5/5
      parse native 30/30
  gcc group 60/0
    main native 60/60`.trim(),
    );
  });

  it('keeps exact totals where nodes were cut', async () => {
    expect(show(frameTree(await bodyOf(TEXT, { maxNodes: 3 })))).toBe(
      'all group 125/0\n  main native 65/0\n  main native 60/60',
    );
  });

  it('makes an empty answer a lone root', async () => {
    expect(show(frameTree(await bodyOf('')))).toBe('all group 0/0');
  });

  it('gives a frame the same key in every answer, and each path its own', async () => {
    const keys = (frame: FrameNode): string[] => [frame.key, ...frame.children.flatMap(keys)];
    const all = keys(frameTree(await bodyOf(TEXT)));
    expect(new Set(all).size).toBe(all.length);
    const later = frameTree(await bodyOf(TEXT.replace('=60', '=1')));
    expect(new Set(keys(later))).toEqual(new Set(all));
  });

  it('tells file and line of each frame, and how its code was compiled', async () => {
    const body = await bodyOf('a:\n  main @x\n    f @x =1');
    body.files.push('f.c');
    body.nodes.file[2] = 1;
    body.nodes.line[2] = 12;
    body.tiers.push('optimized');
    body.nodes.tier[2] = 1;
    const [main] = frameTree(body).children;
    expect(main).toMatchObject({ name: 'main', file: '', line: 0, tier: '' });
    expect(main?.children).toMatchObject([{ name: 'f', file: 'f.c', line: 12, tier: 'optimized' }]);
  });

  it('names a group without a value', async () => {
    const [group] = frameTree(await bodyOf(':\n  main @/bin/x =1', { groupBy: true })).children;
    expect(group?.name).toBe('(none)');
  });
});

describe('searching', () => {
  it('looks at function and object, without regard to case', () => {
    const frame = { name: 'JSON::Parse', object: '/usr/lib/libfoo.so' };
    expect(matches(frame, 'parse')).toBe(true);
    expect(matches(frame, 'LIBFOO')).toBe(true);
    expect(matches(frame, 'bar')).toBe(false);
    expect(matches(frame, '')).toBe(false);
    expect(matches(frame, '(')).toBe(false);
  });

  it('counts a stack once, however many of its frames match', async () => {
    const tree = frameTree(await bodyOf('a:\n  f @x\n    g @x\n      f @x =10\n    h @x =5\n  k @x =5'));
    expect(matchTotals(tree, 'f')).toEqual({ frames: 2, value: 15 * PERIOD_NS });
    expect(matchTotals(tree, 'nothing')).toEqual({ frames: 0, value: 0 });
  });
});

describe('classShares', () => {
  it('tells where leaves are', async () => {
    const shares = classShares(frameTree(await bodyOf(TEXT)));
    expect(shares).toEqual({ native: 0.72, jit: 0.16, kernel: 0.08, marker: 0.04, group: 0 });
  });

  it('is all zero where there are no samples', async () => {
    expect(Object.values(classShares(frameTree(await bodyOf(''))))).toEqual([0, 0, 0, 0, 0]);
  });
});
