// A day made of a recording is one that the store can be given: complete, in order, and grown as it was asked to.
import { describe, expect, it } from 'vitest';
import type { DayBatch, DayOptions } from '../../../bench/store/day.ts';
import { Day } from '../../../bench/store/day.ts';
import { BatchReader } from '../../support/collector-scene.ts';
import { smallRecording } from './small-recording.ts';

const START_MS = 1_800_000_000_000;
const DAY: DayOptions = { startMs: START_MS, spanMs: 86_400_000, samples: 24_000, grownTo: () => 0 };

function batchesOf(options: Partial<DayOptions> = {}, rows = 1000): { day: Day; batches: DayBatch[] } {
  const day = new Day(smallRecording(), { ...DAY, ...options });
  const batches: DayBatch[] = [];
  for (let next = day.next(rows); next !== null; next = day.next(rows)) batches.push(next);
  return { day, batches };
}

const valuesOf = <T>(batches: readonly DayBatch[], of: (batch: DayBatch['batch']) => Iterable<T>): T[] =>
  batches.flatMap(({ batch }) => [...of(batch)]);

describe('a day made of a recording', () => {
  it('has as many samples as asked for, in time order, within its span', () => {
    const { batches } = batchesOf({}, 7001);
    const times = valuesOf(batches, ({ samples }) => samples.timeMs);
    expect(times).toHaveLength(DAY.samples);
    expect(times.every((time, at) => at === 0 || time >= times[at - 1]!)).toBe(true);
    expect(times[0]).toBeGreaterThanOrEqual(START_MS);
    expect(times.at(-1)).toBeLessThan(START_MS + DAY.spanMs);
    expect(times.at(-1)).toBeGreaterThan(START_MS + 0.99 * DAY.spanMs);
  });

  it('defines everything that it refers to, once, and names it in the batch after', () => {
    const { batches } = batchesOf({ grownTo: (samples) => 5 + samples / 2000 });
    const reader = new BatchReader();
    expect(batches.flatMap(({ batch }) => reader.read(batch))).toHaveLength(DAY.samples);
    for (const of of ['stacks', 'locations', 'objects', 'processes'] as const) {
      const ids = valuesOf(batches, (batch) => batch[of].map(({ id }) => id as bigint));
      expect(new Set(ids).size, of).toBe(ids.length);
    }
    const { locations } = smallRecording();
    expect(batches[0]!.symbols).toEqual([]);
    expect(batches.flatMap(({ symbols }) => symbols)).toHaveLength(locations.length);
  });

  it('keeps the shares of what was recorded', () => {
    const { batches } = batchesOf();
    const ids = valuesOf(batches, ({ samples }) => samples.stackId);
    for (const { id } of smallRecording().stacks) {
      expect(ids.filter((each) => each === id).length / ids.length).toBeCloseTo(0.2, 2);
    }
  });

  it('has other processes in every round, besides those that were there before the recording', () => {
    const { batches } = batchesOf();
    const processes = valuesOf(batches, (batch) => batch.processes);
    const rounds = DAY.samples / smallRecording().samples.length;
    const [daemons, builds] = ['daemon', 'build'].map((name) =>
      processes.filter(({ comm }) => comm === name),
    );
    expect(daemons).toHaveLength(1);
    expect(builds).toHaveLength(rounds);
    expect(new Set(builds!.map(({ pid }) => pid)).size).toBe(rounds);
    const tids = valuesOf(batches, ({ samples }) => samples.tid);
    expect(builds!.every(({ pid }) => tids.includes(pid + 1))).toBe(true);
  });

  it('grows to the distinct stacks asked for where there is something to splice', () => {
    const { day } = batchesOf({ grownTo: (samples) => 5 + (samples / DAY.samples) * 4 });
    expect(day.stacks).toBe(9);
  });

  it('accounts for its samples in the ledger, CPU by CPU', () => {
    const { ledger } = batchesOf().batches.at(-1)!;
    expect(ledger.map(({ cpu, stored, consumed }) => [cpu, stored, consumed])).toEqual([
      [0, 12_000, 12_000],
      [1, 12_000, 12_000],
    ]);
  });
});
