// From the columns of a comparison to the tree that is drawn: trees out as text, figures held against the samples.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DiffBody } from '../../web/src/compare/diff-body.ts';
import type { DiffNode, Widths } from '../../web/src/compare/diff-tree.ts';
import { diffMatch, diffTree } from '../../web/src/compare/diff-tree.ts';
import { frameTree } from '../../web/src/frame-tree.ts';
import { fakeApp } from '../support/fake-service.ts';
import { fakeStore } from '../support/fake-store.ts';
import { samplesMatching } from '../support/recorded-answers.ts';
import type { RecordedData } from '../support/recorded-data.ts';
import { RECORDED_CHANGES, recordedData } from '../support/recorded-data.ts';

let data: RecordedData;
beforeAll(async () => {
  data = await recordedData();
});
afterAll(() => data.close());

async function recordedDiff(more = ''): Promise<DiffBody> {
  const { before, after } = data.windows;
  const windows = `leftFrom=${before.fromMs}&leftUntil=${before.untilMs}&rightFrom=${after.fromMs}&rightUntil=${after.untilMs}`;
  const response = await data.app.request(`/api/v1/diff?${windows}${more}`);
  expect(response.status).toBe(200);
  return (await response.json()) as DiffBody;
}

/** Two profiles of one second each. */
async function diffOf(before: string, after: string, normalize = 'share'): Promise<DiffBody> {
  const store = fakeStore({ text: before, timeMs: 500 }, { text: after, timeMs: 1500 });
  const windows = 'leftFrom=0&leftUntil=1000&rightFrom=1000&rightUntil=2000';
  const response = await fakeApp({ store }).request(`/api/v1/diff?${windows}&normalize=${normalize}`);
  return (await response.json()) as DiffBody;
}

const BEFORE = 'app:\n  main @/app\n    old @/app =10\n    busy @/app =30\n';
const AFTER = 'app:\n  main @/app\n    new @/app =60\n    busy @/app =20\n';

/** One line per frame: name, presence, shares before and after, change, width. */
function show(node: DiffNode, indent = ''): string {
  const percent = (share: number) => Math.round(share * 1000) / 10;
  const { name, presence, left, right, change, value, children } = node;
  const figures = [left.share, right.share, change, value].map(percent).join(' ');
  return [`${indent}${name} ${presence} ${figures}`, ...children.map((c) => show(c, `${indent}  `))].join(
    '\n',
  );
}

function everyNode(root: DiffNode): DiffNode[] {
  return [root, ...root.children.flatMap(everyNode)];
}

describe('diffTree', () => {
  it('gives every frame both sides, and says what is on one side only', async () => {
    expect(show(diffTree(await diffOf(BEFORE, AFTER), 'both'))).toBe(
      `
all both 100 100 0 100
  main both 100 100 0 100
    new after 0 75 75 37.5
    busy both 75 25 -50 50
    old before 25 0 -25 12.5`.trim(),
    );
  });

  it.each<[Widths, number, number]>([
    ['before', 0, 0.25],
    ['after', 0.75, 0],
    ['both', 0.375, 0.125],
  ])('makes frames as wide as their CPU time %s', async (widths, ofNew, ofOld) => {
    const nodes = everyNode(diffTree(await diffOf(BEFORE, AFTER), widths));
    expect(nodes.find(({ name }) => name === 'new')!.value).toBe(ofNew);
    expect(nodes.find(({ name }) => name === 'old')!.value).toBe(ofOld);
  });

  it('measures change and width in CPUs where CPUs are compared', async () => {
    const nodes = everyNode(diffTree(await diffOf(BEFORE, AFTER, 'core-seconds'), 'both'));
    expect(nodes[0]).toMatchObject({ change: 0.4, weight: 0.5, ratio: 0.5 });
    expect(nodes[0]!.value).toBeCloseTo(0.6);
    const busy = nodes.find(({ name }) => name === 'busy')!;
    expect(busy.change).toBeCloseTo(-0.1);
    expect(busy.weight).toBeCloseTo(-0.125);
    expect(busy.ratio).toBeCloseTo(-1 / 3);
  });

  it('measures CPU time as it is where nothing is normalized', async () => {
    const root = diffTree(await diffOf(BEFORE, AFTER, 'none'), 'both');
    expect(root).toMatchObject({ change: 400_000_000, value: 600_000_000 });
  });

  it.each<Widths>(['both', 'before', 'after'])('has no frame wider than its caller (%s)', async (widths) => {
    for (const node of everyNode(diffTree(await recordedDiff(), widths))) {
      const below = node.children.reduce((sum, { value }) => sum + value, 0);
      expect(below).toBeLessThanOrEqual(node.value * (1 + 1e-12));
    }
  });

  it('makes a side without samples zeros, not gaps', async () => {
    const nodes = everyNode(diffTree(await diffOf('', AFTER), 'both'));
    expect(nodes.map(({ left }) => left.share + left.selfShare + left.rate)).toEqual(nodes.map(() => 0));
    const empty = diffTree(await diffOf('', ''), 'both');
    expect(empty).toMatchObject({ presence: 'neither', value: 0, change: 0, weight: 0, ratio: 0 });
  });

  it('gives a frame the key it has in a flame graph of one window, so that a zoom survives the switch', async () => {
    const { fromMs, untilMs } = data.windows.after;
    const answer = await data.app.request(`/api/v1/flamegraph?from=${fromMs}&until=${untilMs}&groupBy=comm`);
    const keys = new Set<string>();
    const visit = (frame: ReturnType<typeof frameTree>) => {
      keys.add(frame.key);
      frame.children.forEach(visit);
    };
    visit(frameTree((await answer.json()) as Parameters<typeof frameTree>[0]));
    const after = everyNode(diffTree(await recordedDiff('&groupBy=comm'), 'both')).filter(
      ({ right }) => right.total > 0,
    );
    expect(new Set(after.map(({ key }) => key))).toEqual(keys);
    expect(after).toHaveLength(keys.size);
  });

  it('shows what the release did', async () => {
    const nodes = everyNode(diffTree(await recordedDiff(), 'both'));
    const shares = (name: string) => {
      const node = nodes.find((each) => each.name === name)!;
      return { before: node.left.share, after: node.right.share, presence: node.presence };
    };
    const { grew, vanished, appeared } = RECORDED_CHANGES;
    expect(shares(grew.name)).toEqual({ before: 0.05, after: 0.15, presence: 'both' });
    expect(shares(vanished.name)).toEqual({ before: 0.045, after: 0, presence: 'before' });
    expect(shares(appeared.name)).toEqual({ before: 0, after: 0.075, presence: 'after' });
  });
});

describe('diffMatch', () => {
  it.each(['escapeHtml', 'node', 'KERNEL', 'visitNode', 'libvendor', 'al', 'no such thing'])(
    'counts each sample of "%s" once on its side',
    async (term) => {
      const found = diffMatch(diffTree(await recordedDiff(), 'both'), term);
      const { before } = data.windows;
      const left = data.samples.filter(({ timeMs }) => timeMs < before.untilMs);
      const right = data.samples.filter(({ timeMs }) => timeMs >= before.untilMs);
      expect(found.left).toBeCloseTo(samplesMatching(left, term) / left.length, 10);
      expect(found.right).toBeCloseTo(samplesMatching(right, term) / right.length, 10);
    },
  );
});
