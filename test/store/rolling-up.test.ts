// Sums instead of samples: what is conserved, what is dropped, and what is left as it is.
import { beforeEach, describe, expect, it } from 'vitest';
import { rm } from 'node:fs/promises';
import type { Matcher } from '../../src/model/selector.ts';
import type { StoredBlock } from '../../src/store/block-table.ts';
import type { ProfileStore, Tier } from '../../src/store/profile-store.ts';
import { planRollUp } from '../../src/store/rolling-up.ts';
import { EVER, ledgerOf, openAt, PERIOD_NS, temporaryDir, testProcess, textBatch } from './text-profile.ts';
import { DAY_0, DAY_MS, HOUR_MS, KEEP_ALL, maintainAll, ROLL_UP } from './upkeep-steps.ts';

const TEXT = 'main  main\na     b\n30    20';

let dataDir: string;
let store: ProfileStore;
beforeEach(async () => {
  dataDir = await temporaryDir();
  store = await openAt(dataDir);
  return async () => {
    await store.close();
    await rm(dataDir, { recursive: true });
  };
});

/** Half a second of samples, of two processes on two CPUs, in each of the hours. */
async function fill(hours: readonly number[]): Promise<void> {
  for (const hour of hours) {
    const timeMs = DAY_0 + hour * HOUR_MS + 9_800;
    await store.append(textBatch(TEXT, { timeMs, cpu: 0, thread: 'worker' }), ledgerOf(50));
    await store.append(textBatch(TEXT, { timeMs, cpu: 1, process: testProcess('other') }), ledgerOf(100));
  }
}

const tiersOf = async () => (await store.blocks()).map(({ tier, rows }) => [tier, rows]);
const countOf = async (matchers: Matcher[], range = EVER) =>
  (await store.stacks(matchers, range)).count.reduce((a, b) => a + b, 0);

describe('rolling up', () => {
  it('sums up hours by 10 s when they are old enough, then days by a minute', async () => {
    await fill([0, 1, 23]);
    const before = await store.stacks([], EVER, 'comm');
    const threads = await store.labelValues('thread', [], EVER, 9);
    await maintainAll(store, DAY_0 + DAY_MS + HOUR_MS, ROLL_UP);
    // 20 samples of stack a are of the first ten seconds, the rest of the next; stack b is all in those.
    expect(await tiersOf()).toEqual([['10s', 6], ['raw', 100], ['raw', 100]]); // prettier-ignore
    await maintainAll(store, DAY_0 + 2 * DAY_MS, ROLL_UP);
    expect((await tiersOf()).map(([tier]) => tier)).toEqual(['10s', '10s', '10s']);
    expect(await store.stacks([], EVER, 'comm')).toEqual(before);
    await maintainAll(store, DAY_0 + 8 * DAY_MS - 1, ROLL_UP);
    expect((await tiersOf()).map(([tier]) => tier)).toEqual(['10s', '10s', '10s']);
    await maintainAll(store, DAY_0 + 8 * DAY_MS, ROLL_UP);
    expect(await tiersOf()).toEqual([['1min', 12]]);
    expect(await store.stacks([], EVER, 'comm')).toEqual(before);
    expect(await store.labelValues('thread', [], EVER, 9)).toEqual(threads);
    const { tiers, samples } = await store.usage();
    expect([samples, tiers['1min'].samples, tiers['1min'].weightNs]).toEqual([300, 300, 300 * PERIOD_NS]);
  });

  it('leaves the empty text for the CPU', async () => {
    await fill([0]);
    await maintainAll(store, DAY_0 + 2 * DAY_MS, ROLL_UP);
    await fill([50]);
    const cpu = (matcher: object) => countOf([{ label: 'cpu', ...matcher } as Matcher]);
    expect(await cpu({ op: '=', value: '' })).toBe(100);
    expect(await cpu({ op: '!=', value: '' })).toBe(100);
    expect(await cpu({ op: '=', value: '1' })).toBe(50);
    expect(await cpu({ op: '!=', value: '1' })).toBe(150);
    expect(await cpu({ op: '=~', value: '.*' })).toBe(200);
    expect(await cpu({ op: '=~', value: '0|1' })).toBe(100);
    expect(await cpu({ op: '!~', value: '1' })).toBe(150);
    expect(await cpu({ op: 'in', values: ['', '0'] })).toBe(150);
    expect(await cpu({ op: 'notin', values: ['', '0'] })).toBe(50);
    expect((await store.labelValues('cpu', [], EVER, 9)).values).toEqual([
      { value: '0', count: 50 },
      { value: '1', count: 50 },
    ]);
    const old = { fromMs: DAY_0, untilMs: DAY_0 + DAY_MS };
    expect(await store.labelNames([], EVER)).toContain('cpu');
    expect(await store.labelNames([], old)).not.toContain('cpu');
    const series = await store.series([], { fromMs: DAY_0, untilMs: DAY_0 + 3 * DAY_MS }, DAY_MS, 'cpu');
    expect(series.series.map(({ value, count }) => [value, ...count])).toEqual([
      ['', 100, 0, 0],
      ['0', 0, 0, 50],
      ['1', 0, 0, 50],
    ]);
  });

  it('gives a bucket to the window that has its beginning, and puts it there in a heat map', async () => {
    await fill([0]);
    await maintainAll(store, DAY_0 + 2 * DAY_MS, ROLL_UP);
    expect(await countOf([], { fromMs: DAY_0, untilMs: DAY_0 + 1 })).toBe(40);
    expect(await countOf([], { fromMs: DAY_0 + 1, untilMs: DAY_0 + 10_000 })).toBe(0);
    const heat = await store.heatmap([], { fromMs: DAY_0, untilMs: DAY_0 + 20_000 }, 10_000, 5_000);
    expect([...heat.count]).toEqual([40, 0, 60, 0]);
  });

  it('keeps samples apart that were taken at another rate', async () => {
    const slow = textBatch('main\n5', { timeMs: DAY_0 });
    slow.samples.weightNs.fill(2 * PERIOD_NS);
    await store.append(slow, ledgerOf(5));
    await store.append(textBatch('main\n8', { timeMs: DAY_0 }), ledgerOf(13));
    await maintainAll(store, DAY_0 + 2 * DAY_MS, ROLL_UP);
    expect(await tiersOf()).toEqual([['10s', 2]]);
    const { periodNs, count, weightNs } = await store.stacks([], EVER);
    expect([periodNs, ...count, ...weightNs]).toEqual([PERIOD_NS, 13, 18 * PERIOD_NS]);
  });

  it('leaves a pinned window as it is until it is unpinned', async () => {
    await fill([0, 1, 2]);
    const hour = { fromMs: DAY_0 + HOUR_MS, untilMs: DAY_0 + 2 * HOUR_MS };
    const pin = await store.pin(hour, 'the outage');
    expect(await store.pins()).toEqual([pin]);
    expect(pin).toMatchObject({ ...hour, note: 'the outage' });
    await maintainAll(store, DAY_0 + 9 * DAY_MS, ROLL_UP);
    expect((await tiersOf()).map(([tier]) => tier)).toEqual(['1min', 'raw', '1min']);
    expect(await countOf([{ label: 'cpu', op: '=', value: '1' }], hour)).toBe(50);
    await maintainAll(store, DAY_0 + 99 * DAY_MS, { ...ROLL_UP, retentionMs: DAY_MS, retentionBytes: 0 });
    expect((await tiersOf()).map(([tier]) => tier)).toEqual(['raw']);
    expect(await store.unpin(pin.id)).toBe(true);
    expect(await store.unpin(pin.id)).toBe(false);
    await maintainAll(store, DAY_0 + 9 * DAY_MS, ROLL_UP);
    expect((await tiersOf()).map(([tier]) => tier)).toEqual(['1min']);
  });

  it('refuses to pin nothing', async () => {
    const at = { fromMs: DAY_0, untilMs: DAY_0 };
    await expect(store.pin(at, '')).rejects.toMatchObject({ kind: 'bad-query' });
    await expect(store.pin({ ...at, fromMs: NaN }, '')).rejects.toMatchObject({ kind: 'bad-query' });
    await expect(store.pin(EVER, 'x'.repeat(1001))).rejects.toMatchObject({ kind: 'bad-query' });
    await store.append(textBatch(TEXT), ledgerOf(50));
  });
});

describe('planRollUp', () => {
  const block = (id: string, tier: Tier, hour: number, rows = 10): StoredBlock => ({
    id,
    state: 'live',
    reason: '',
    tier,
    fromMs: DAY_0 + hour * HOUR_MS,
    untilMs: DAY_0 + hour * HOUR_MS + HOUR_MS / 2,
    rows,
    samples: rows,
    weightNs: rows,
    bytes: 1,
    format: 2,
  });
  const plan = (blocks: StoredBlock[], nowMs: number, policy = ROLL_UP) => {
    const found = planRollUp(blocks, [], policy, nowMs);
    return found === null ? null : [found.tier, ...found.sources.map(({ id }) => id)];
  };

  it('takes all blocks of the oldest hour together', () => {
    const blocks = [block('a', 'raw', 3), block('b', 'raw', 3), block('c', 'raw', 4)];
    expect(plan(blocks, DAY_0 + DAY_MS + 4 * HOUR_MS - 1)).toBeNull();
    expect(plan(blocks, DAY_0 + DAY_MS + 4 * HOUR_MS)).toEqual(['10s', 'a', 'b']);
    expect(plan(blocks, DAY_0 + 99 * DAY_MS, KEEP_ALL)).toBeNull();
  });

  it('takes fewer where there are too many rows, and none that is broken', () => {
    const blocks = [block('a', 'raw', 3, 9e6), block('b', 'raw', 3, 9e6)];
    expect(plan(blocks, DAY_0 + 99 * DAY_MS)).toEqual(['10s', 'a']);
    expect(plan([{ ...blocks[0]!, state: 'broken' }], DAY_0 + 99 * DAY_MS)).toBeNull();
  });

  it('keeps sums of 10 s as long as raw samples are kept', () => {
    const blocks = [block('a', '10s', 3)];
    expect(plan(blocks, DAY_0 + 8 * DAY_MS)).toEqual(['1min', 'a']);
    expect(plan(blocks, DAY_0 + 8 * DAY_MS, { ...KEEP_ALL, rawForMs: 10 * DAY_MS })).toBeNull();
  });
});
