// A day of an idle host: few samples, and as many transactions as ever.
import { join } from 'node:path';
import { onlyRows } from './only-rows.ts';
import type { Recording } from './recording.ts';
import { Day } from './day.ts';
import { dataBytes } from './data-bytes.ts';
import { feed, keepInOrder } from './feed.ts';
import { extrapolated, measureGrowth } from './growth.ts';
import { DAY_MS, lastDay } from './measure-day.ts';
import { withStore } from './with-store.ts';

/** Of two CPUs at 99 Hz: what remains on this kind of machine when nobody uses it (docs/benchmarks.md, overhead). */
const BUSY_SHARE = 0.02;
const SAMPLES = Math.round(2 * 99 * BUSY_SHARE * (DAY_MS / 1000));
/** Between two flushes of the service, ms. */
const FLUSH_MS = 4400;

export interface IdleResult {
  samples: number;
  stacks: number;
  appends: number;
  bytes: number;
}

/** Of the recording's processes only those that were there before it began: what runs while nobody does anything. */
export async function measureIdle(recording: Recording, folder: string): Promise<IdleResult> {
  const quiet = withoutLoad(recording);
  const growth = measureGrowth(quiet.samples.stack);
  const day = new Day(quiet, {
    startMs: lastDay().fromMs,
    spanMs: DAY_MS,
    samples: SAMPLES,
    grownTo: (samples) => (samples <= growth.samples ? 0 : extrapolated(growth, samples)),
  });
  const dataDir = join(folder, 'idle');
  const stored = await withStore(dataDir, async (store) => {
    const fed = await feed(store, day, Math.round(SAMPLES / (DAY_MS / FLUSH_MS)));
    await keepInOrder(store, lastDay().untilMs, fed);
    const { appends } = fed;
    const { samples, stacks } = await store.usage();
    return { appends, samples, stacks };
  });
  return { ...stored, bytes: dataBytes(dataDir) };
}

function withoutLoad(recording: Recording): Recording {
  const { samples, processes, startedMs } = recording;
  const rows: number[] = [];
  for (let row = 0; row < samples.length; row++) {
    if (processes[samples.process[row]!]!.startMs < startedMs) rows.push(row);
  }
  if (rows.length === 0) throw new Error('the recording has no process that was there before it began');
  return onlyRows(recording, rows);
}
