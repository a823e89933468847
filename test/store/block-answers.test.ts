// Every kind of question over hot samples and blocks, against a store that never sealed anything.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { GroupBy, LabelName, Matcher, TimeRange } from '../../src/model/selector.ts';
import type { ProfileStore, UpkeepPolicy } from '../../src/store/profile-store.ts';
import type { StackTable } from '../../src/model/stack-table.ts';
import { textSymbols, openTemporary, PERIOD_NS, testProcess, textBatch } from './text-profile.ts';
import { DAY_0, DAY_MS, HOUR_MS, KEEP_ALL, maintainAll } from './upkeep-steps.ts';

const MINUTE_MS = 60_000;

/** Three stacks that share frames, one of them in the kernel. */
const STACKS = ['main\na', 'main\nb@libc.so', 'main\nb@libc.so\nwrite@kernel'];
const COMMS = ['web', 'worker', 'cron'];

interface Batch {
  stack: number;
  process: number;
  cpu: number;
  thread: string;
  minute: number;
  samples: number;
  slow: boolean;
}

const BATCH: fc.Arbitrary<Batch> = fc.record({
  stack: fc.nat({ max: STACKS.length - 1 }),
  process: fc.nat({ max: COMMS.length - 1 }),
  cpu: fc.nat({ max: 3 }),
  thread: fc.constantFrom('', 'io', 'gc'),
  // Of three days; most in a few hours, so that blocks have many.
  minute: fc.oneof(fc.nat({ max: 180 }), fc.nat({ max: 3 * 24 * 60 })),
  samples: fc.integer({ min: 1, max: 40 }),
  slow: fc.boolean(),
});

async function append(store: ProfileStore, batch: Batch): Promise<void> {
  const text = `${STACKS[batch.stack]!}\n${batch.samples}`;
  const made = textBatch(text, {
    process: testProcess(COMMS[batch.process]!),
    cpu: batch.cpu,
    thread: batch.thread,
    // Not at whole seconds, and across the end of a minute.
    timeMs: DAY_0 + batch.minute * MINUTE_MS + 59_877,
  });
  if (batch.slow) made.samples.weightNs.fill(2 * PERIOD_NS);
  await store.append(made, [], textSymbols(text));
}

/** Something that happens between two batches: upkeep at a time, by a policy. */
interface Upkeep {
  afterHours: number;
  rawForHours: number;
}

const SEAL: fc.Arbitrary<Upkeep> = fc.record({
  afterHours: fc.integer({ min: 1, max: 80 }),
  rawForHours: fc.constant(1e6),
});
const ROLL: fc.Arbitrary<Upkeep> = fc.record({
  afterHours: fc.integer({ min: 1, max: 15 * 24 }),
  rawForHours: fc.integer({ min: 1, max: 48 }),
});

const policyOf = ({ rawForHours }: Upkeep): UpkeepPolicy => ({
  ...KEEP_ALL,
  rawForMs: rawForHours * HOUR_MS,
});

const KEPT: Matcher[][] = [
  [],
  [{ label: 'comm', op: '=', value: 'web' }],
  [{ label: 'comm', op: '=~', value: 'w.*' }],
  [{ label: 'thread', op: 'in', values: ['io', ''] }, { label: 'comm', op: '!=', value: 'cron' }],
  [{ label: 'thread', op: '!~', value: 'g.' }],
  [{ label: 'host', op: '=', value: 'testhost' }],
]; // prettier-ignore
const RAW: Matcher[][] = [
  ...KEPT,
  [{ label: 'cpu', op: '=', value: '1' }],
  [{ label: 'cpu', op: 'notin', values: ['0', ''] }, { label: 'thread', op: '=', value: 'io' }],
]; // prettier-ignore

/** Rows as text, whatever order rows of the same weight have. */
function rowsOf(table: StackTable): string[] {
  return Array.from(table.count, (count, row) => {
    const places = table.stackLocations.subarray(table.offsets[row], table.offsets[row + 1]);
    const names = Array.from(places, (at) => table.locationFrames[at]!.map(({ name }) => name).join('>'));
    return [table.group?.[row] ?? '', names.join(';'), count, table.weightNs[row]].join(' ');
  }).sort();
}

interface Question {
  selector: Matcher[];
  range: TimeRange;
  stepMs: number;
  labels: readonly LabelName[];
}

async function answers(store: ProfileStore, { selector, range, stepMs, labels }: Question) {
  const grouped = async (label: LabelName) => rowsOf(await store.stacks(selector, range, label));
  const series = async (groupBy?: GroupBy) =>
    (await store.series(selector, range, stepMs, groupBy)).series
      .map(({ value, count, weightNs }) => [value, [...count], [...weightNs]] as const)
      .sort();
  const stacks = await store.stacks(selector, range);
  const { count, weightNs } = await store.heatmap(selector, range, stepMs, stepMs);
  const { byLevel, samples } = await store.coverage(range);
  return {
    stacks: rowsOf(stacks),
    period: stacks.periodNs,
    byLabel: await Promise.all(labels.map(grouped)),
    series: [await series(), await series('comm'), await series('function')],
    heatmap: [[...count], [...weightNs]],
    coverage: { byLevel, samples },
    labels: (await store.labelNames(selector, range)).filter(
      (label) => label !== 'cpu' || labels.includes('cpu'),
    ),
    values: await Promise.all(labels.map((label) => store.labelValues(label, selector, range, 3))),
  };
}

type Event = { batch: Batch } | { upkeep: Upkeep };

/** A story, and questions asked of the store that lived it and of one that only stored. */
async function compare(events: readonly Event[], questions: readonly Question[]): Promise<void> {
  const [tested, reference] = await Promise.all([openTemporary(), openTemporary()]);
  try {
    for (const event of events) {
      if ('batch' in event) {
        await append(tested.store, event.batch);
        await append(reference.store, event.batch);
      } else {
        await maintainAll(tested.store, DAY_0 + event.upkeep.afterHours * HOUR_MS, policyOf(event.upkeep));
      }
    }
    for (const question of questions) {
      expect(await answers(tested.store, question)).toEqual(await answers(reference.store, question));
    }
    const [{ samples }, { samples: all }] = [await tested.store.usage(), await reference.store.usage()];
    expect(samples).toBe(all);
  } finally {
    await Promise.all([tested.remove(), reference.remove()]);
  }
}

const story = (upkeep: fc.Arbitrary<Upkeep>): fc.Arbitrary<Event[]> =>
  fc.array(fc.oneof({ weight: 3, arbitrary: fc.record({ batch: BATCH }) }, fc.record({ upkeep })), {
    minLength: 4,
    maxLength: 12,
  });

it('gives the same answers from raw blocks, for any window, label and selector', async () => {
  const question = fc.record({
    selector: fc.constantFrom(...RAW),
    range: fc
      .tuple(fc.integer({ min: -HOUR_MS, max: 3 * DAY_MS }), fc.integer({ min: 1, max: 3 * DAY_MS }))
      .map(([from, length]) => ({ fromMs: DAY_0 + from, untilMs: DAY_0 + from + length })),
    stepMs: fc.constantFrom(MINUTE_MS, 77_777, HOUR_MS),
    labels: fc.constant(['comm', 'thread', 'cpu'] as const),
  });
  const questions = fc.array(question, { minLength: 2, maxLength: 3 });
  await fc.assert(fc.asyncProperty(story(SEAL), questions, compare), { numRuns: 8 });
}, 300_000);

it('gives the same answers from blocks of every tier, for windows and steps of whole minutes', async () => {
  const question = fc.record({
    selector: fc.constantFrom(...KEPT),
    range: fc.tuple(fc.nat({ max: 4000 }), fc.integer({ min: 1, max: 4500 })).map(([from, length]) => ({
      fromMs: DAY_0 + from * MINUTE_MS,
      untilMs: DAY_0 + (from + length) * MINUTE_MS,
    })),
    stepMs: fc.constantFrom(MINUTE_MS, 7 * MINUTE_MS, HOUR_MS),
    labels: fc.constant(['comm', 'thread', 'kind'] as const),
  });
  const questions = fc.array(question, { minLength: 2, maxLength: 3 });
  await fc.assert(fc.asyncProperty(story(ROLL), questions, compare), { numRuns: 8 });
}, 300_000);
