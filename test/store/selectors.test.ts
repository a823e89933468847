import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabelName, Matcher } from '../../src/model/selector.ts';
import { LABELS } from '../../src/model/selector.ts';
import { parseSelector } from '../../src/model/selector-text.ts';
import type { ProfileStore } from '../../src/store/profile-store.ts';
import type { SampleOptions } from './text-profile.ts';
import { EVER, openTemporary, testProcess, textBatch, withStore } from './text-profile.ts';

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
/** Read alike by JavaScript, which is the reference, and by RE2. */
const PATTERNS = [
  '',
  '.*',
  '.+',
  'n.*',
  '(node|gcc)',
  'no',
  'NODE',
  '(?i:NODE)',
  '[0-9]+',
  '4[23]',
  '.*[.]service',
  '7|0',
];
const label = fc.constantFrom(...LABELS);
const matcher: fc.Arbitrary<Matcher> = fc.oneof(
  fc.record({ label, op: fc.constantFrom('=', '!='), value: fc.constantFrom(...values) }),
  fc.record({ label, op: fc.constantFrom('=~', '!~'), value: fc.constantFrom(...PATTERNS) }),
  fc.record({
    label,
    op: fc.constantFrom('in', 'notin'),
    values: fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 4 }),
  }),
);

/** The plain filter. */
function holds(matcher: Matcher, { labels }: Row): boolean {
  const text = labels[matcher.label];
  switch (matcher.op) {
    case '=':
    case '!=':
      return (text === matcher.value) === (matcher.op === '=');
    case '=~':
    case '!~':
      return new RegExp(`^(?:${plain(matcher.value)})$`, 's').test(text) === (matcher.op === '=~');
    case 'in':
    case 'notin':
      return matcher.values.includes(text) === (matcher.op === 'in');
  }
}

/** Node 20 does not know `(?i:…)`. */
const plain = (pattern: string) => (pattern === '(?i:NODE)' ? '[nN][oO][dD][eE]' : pattern);

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
    [[{ label: 'kind', op: '!~', value: 'c.u' }], 0],
    [[{ label: 'host', op: '=~', value: 'test.*' }], 15],
    [[{ label: 'comm', op: '=~', value: 'no' }], 0],
    [[{ label: 'comm', op: '=~', value: 'no.*|gcc' }], 7],
    [[{ label: 'comm', op: '!~', value: 'no.*|gcc' }], 8],
    [[{ label: 'thread', op: '=~', value: '.+' }], 7],
    [[{ label: 'cpu', op: '=~', value: '[0-6]' }], 7],
    [[{ label: 'cpu', op: 'notin', values: ['1', '07'] }], 9],
    [[{ label: 'comm', op: 'in', values: ['gcc', NASTY, 'nothing'] }], 12],
    [[{ label: 'pod', op: 'in', values: ['', 'web-1'] }], 15],
  ] as [Matcher[], number][])('%j selects %i samples', async (selector, expected) => {
    expect(await selected(selector)).toBe(expected);
  });

  it('selects what a plain filter selects', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(matcher, { maxLength: 3 }), async (selector) => {
        const rows = ROWS.filter((row) => selector.every((each) => holds(each, row)));
        const expected = rows.reduce((sum, { count }) => sum + count, 0);
        expect(await selected(selector)).toBe(expected);
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    ['{comm=~"web-("}', /^comm=~"web-\(": missing \)/],
    ['{cpu!~"[z-a]"}', /^cpu!~"\[z-a\]": invalid character class range/],
    ['{pid="1", pod=~"(?=x)"}', /^pod=~"\(\?=x\)": invalid perl operator/],
    ['{thread=~"*"}', /^thread=~"\*": no argument for repetition operator/],
    ['{host=~"a{2000}"}', /^host=~"a\{2000\}": invalid repetition size|bad repetition/],
    [`{comm=~"${'('.repeat(5000)}"}`, /^comm=~"\({70,}…: /],
  ])('says what is wrong with the pattern in %s', async (text, message) => {
    const parsed = parseSelector(text);
    const selector = parsed.ok ? parsed.selector : [];
    expect(selector).not.toEqual([]);
    for (const ask of [() => store.stacks(selector, EVER), () => store.labelNames(selector, EVER)]) {
      const error: unknown = await ask().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ kind: 'bad-pattern', message: expect.stringMatching(message) as string });
      expect((error as Error).message.length).toBeLessThan(300);
    }
  });

  it('lets a dot match a line end, and nothing but the whole value count', async () => {
    await withStore(async (lines) => {
      await lines.append(textBatch('main\n3', { process: testProcess('a\nb') }), []);
      const count = async (value: string) =>
        (await lines.stacks([{ label: 'comm', op: '=~', value }], EVER)).count.length;
      expect(await count('a.b')).toBe(1);
      expect(await count('.*')).toBe(1);
      expect(await count('^a$')).toBe(0);
      expect(await count('a|b')).toBe(0);
    });
  });

  it('takes a pattern that JavaScript would need years for', async () => {
    const started = performance.now();
    expect(await selected([{ label: 'comm', op: '!~', value: '(x+x+)+y|(.|.|.)*z' }])).toBe(15);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('takes as many matchers as are read, in the memory of a small store', async () => {
    await withStore(async (crowded) => {
      const batch = textBatch('main\n3');
      const processes = Array.from({ length: 5000 }, (_, pid) =>
        testProcess('worker', { pid, exe: `/bin/${pid}` }),
      );
      await crowded.append({ ...batch, processes: [...batch.processes, ...processes] }, []);
      const times = (length: number, matchers: (i: number) => string) => {
        const parsed = parseSelector(`{${Array.from({ length }, (_, i) => matchers(i)).join(',')}}`);
        if (!parsed.ok) throw new Error(parsed.message);
        return parsed.selector;
      };
      for (const selector of [
        times(400, (i) => `exe!="/bin/${i}"`),
        times(20, (i) => `exe!~".*/${i}"`),
        times(400, (i) => `pid notin ("${i + 1000}")`),
        times(20, (i) => `thread!~"x${i}"`),
        times(20, (i) => `cpu!~"1${i}"`),
        times(400, (i) => `kind!="x${i}"`),
      ]) {
        const table = await crowded.stacks(selector, EVER);
        expect([...table.count]).toEqual([3]);
      }
    });
  }, 60_000);

  it('selects the samples of a process that is not stored as those without labels', async () => {
    await withStore(async (lost) => {
      const batch = textBatch('main\n3');
      await lost.append({ ...batch, processes: [] }, []);
      const count = async (text: string) => {
        const parsed = parseSelector(text);
        const table = await lost.stacks(parsed.ok ? parsed.selector : [], EVER);
        return table.count.reduce((sum, each) => sum + each, 0);
      };
      expect(await count('{comm=~".*"}')).toBe(3);
      expect(await count('{comm=~".+"}')).toBe(0);
      expect(await count('{comm!~"a", pod="", user notin ("root")}')).toBe(3);
      expect(await count('{comm!~"a", pod="", user in ("root")}')).toBe(0);
    });
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
