import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabelName, Matcher } from '../../src/model/selector.ts';
import { LABELS } from '../../src/model/selector.ts';
import type { ProfileStore } from '../../src/store/profile-store.ts';
import type { SampleOptions } from './text-profile.ts';
import { EVER, openTemporary, testProcess, textBatch } from './text-profile.ts';

/** What was stored, as plain labels: the reference the store is compared with. */
interface Row {
  labels: Record<LabelName, string>;
  count: number;
}

const NASTY = `x' OR '1'='1`;
const SAMPLES: (SampleOptions & { count: number })[] = [
  { count: 1, process: testProcess('node', { pid: 42, unit: 'web.service' }), cpu: 0, thread: 'node' },
  {
    count: 2,
    process: testProcess('node', { pid: 43, container: 'f00d', pod: 'web-1', namespace: 'prod' }),
    cpu: 1,
    thread: 'libuv',
  },
  {
    count: 4,
    process: testProcess('gcc', { pid: 44, container: 'f00d', containerName: 'build', user: 'ci' }),
    cpu: 1,
    thread: 'cc1',
  },
  { count: 8, process: testProcess(NASTY, { pid: 45, exe: '' }), cpu: 7, thread: '' },
];

function labelsOf({ process, cpu, thread }: SampleOptions): Row['labels'] {
  return {
    comm: process!.comm,
    exe: process!.exe,
    pid: String(process!.pid),
    thread: thread!,
    cpu: String(cpu!),
    container: process!.containerName || process!.container,
    pod: process!.pod,
    namespace: process!.namespace,
    unit: process!.unit,
    user: process!.user,
    host: 'testhost',
    kind: 'cpu',
  };
}

const ROWS: Row[] = SAMPLES.map((sample) => ({ labels: labelsOf(sample), count: sample.count }));

let store: ProfileStore;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ store, remove } = await openTemporary());
  for (const sample of SAMPLES) await store.append(textBatch(`main\n${sample.count}`, sample), []);
});
afterAll(() => remove());

const values = [
  ...new Set(ROWS.flatMap(({ labels }) => Object.values(labels))),
  'nothing',
  '01',
  '-1',
  '99999',
  `'; DROP TABLE samples; --`,
];
const matcher: fc.Arbitrary<Matcher> = fc.record({
  label: fc.constantFrom(...LABELS),
  op: fc.constantFrom('=', '!='),
  value: fc.constantFrom(...values),
});

describe('selectors', () => {
  it.each([
    [[], 15],
    [[{ label: 'comm', op: '=', value: 'node' }], 3],
    [[{ label: 'comm', op: '!=', value: 'node' }], 12],
    [[{ label: 'comm', op: '=', value: NASTY }], 8],
    [[{ label: 'container', op: '=', value: '' }], 9],
    [[{ label: 'container', op: '!=', value: '' }], 6],
    [[{ label: 'pid', op: '=', value: '042' }], 0],
    [[{ label: 'host', op: '!=', value: 'testhost' }], 0],
    [[{ label: 'kind', op: '!=', value: 'off-cpu' }], 15],
  ] as [Matcher[], number][])('%j selects %i samples', async (selector, expected) => {
    expect(await selected(selector)).toBe(expected);
  });

  it('selects what a plain filter selects', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(matcher, { maxLength: 3 }), async (selector) => {
        const holds = ({ labels }: Row) =>
          selector.every(({ label, op, value }) => (labels[label] === value) === (op === '='));
        const expected = ROWS.filter(holds).reduce((sum, { count }) => sum + count, 0);
        expect(await selected(selector)).toBe(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('conserves samples under any grouping', async () => {
    for (const label of LABELS) {
      const table = await store.stacks([], EVER, label);
      const groups = new Map<string, number>();
      table.group!.forEach((value, row) => groups.set(value, (groups.get(value) ?? 0) + table.count[row]!));
      const expected = new Map<string, number>();
      for (const { labels, count } of ROWS)
        expected.set(labels[label], (expected.get(labels[label]) ?? 0) + count);
      expect(groups, label).toEqual(expected);
    }
  });
});

describe('labels', () => {
  it('names the labels that have a value', async () => {
    const names = (value: string) => store.labelNames([{ label: 'pid', op: '=', value }], EVER);
    expect(await names('42')).toEqual([
      'comm',
      'exe',
      'pid',
      'thread',
      'cpu',
      'unit',
      'user',
      'host',
      'kind',
    ]);
    expect(await names('45')).toEqual(['comm', 'pid', 'cpu', 'user', 'host', 'kind']);
    expect(await names('1')).toEqual([]);
  });

  it('lists values by samples, and counts those beyond the limit', async () => {
    expect(await store.labelValues('comm', [], EVER, 2)).toEqual({
      values: [
        { value: NASTY, count: 8 },
        { value: 'gcc', count: 4 },
      ],
      hidden: 1,
    });
    expect(await store.labelValues('container', [], EVER, 10)).toEqual({
      values: [
        { value: 'build', count: 4 },
        { value: 'f00d', count: 2 },
      ],
      hidden: 0,
    });
    expect(await store.labelValues('host', [], EVER, 10)).toEqual({
      values: [{ value: 'testhost', count: 15 }],
      hidden: 0,
    });
    expect((await store.labelValues('cpu', [], { fromMs: 0, untilMs: 1 }, 10)).values).toEqual([]);
  });
});

async function selected(selector: Matcher[]): Promise<number> {
  const table = await store.stacks(selector, EVER);
  return table.count.reduce((sum, count) => sum + count, 0);
}
