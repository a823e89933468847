// A day of two busy CPUs in a store: how fast it goes in, what it takes, how fast it is asked for.
import { join } from 'node:path';
import type { ProfileStore } from '../../src/store/profile-store.ts';
import { dataBytes } from './data-bytes.ts';
import type { DayBatch } from './day.ts';
import { Day } from './day.ts';
import type { Fed } from './feed.ts';
import { feed, keepInOrder } from './feed.ts';
import { growthTo, measureGrowth } from './growth.ts';
import type { StoreBenchOptions } from './options.ts';
import { appOn, QUESTIONS, timeQuestion } from './questions.ts';
import type { Recording } from './recording.ts';
import { withStore } from './with-store.ts';

export const DAY_MS = 24 * 60 * 60_000;
/** What the flusher has after 4.7 s at 99 Hz, of 128 busy CPUs, and of two. */
export const MANY_CPUS_ROWS = 60_000;
export const TWO_CPUS_ROWS = 930;
const SMALL_APPENDS = 400;

export interface DayResult {
  samples: number;
  stacks: number;
  processes: number;
  bytes: number;
  /** In batches of many CPUs: the day but for its last minutes. */
  fed: Fed;
  /** In batches of two CPUs: those. */
  fedInSmall: Fed;
  /** ms of each question, in the order of QUESTIONS. */
  times: number[][];
}

/** The last day that is over. */
export function lastDay(): { fromMs: number; untilMs: number } {
  const untilMs = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  return { fromMs: untilMs - DAY_MS, untilMs };
}

export function dayOf(recording: Recording, { samples, stacks }: StoreBenchOptions): Day {
  const growth = measureGrowth(recording.samples.stack);
  return new Day(recording, {
    startMs: lastDay().fromMs,
    spanMs: DAY_MS,
    samples,
    grownTo: growthTo(growth, samples, stacks),
  });
}

/** Leaves the day in `folder`/day. `onBatch` sees each batch of it. */
export async function measureDay(
  recording: Recording,
  options: StoreBenchOptions,
  folder: string,
  say: (line: string) => void,
  onBatch: (batch: DayBatch) => void,
): Promise<DayResult> {
  const dataDir = join(folder, 'day');
  const day = dayOf(recording, options);
  const stored = await withStore(dataDir, async (store) => {
    const limit = options.samples - SMALL_APPENDS * TWO_CPUS_ROWS;
    const fed = await feed(store, day, MANY_CPUS_ROWS, { limit, onBatch });
    const fedInSmall = await feed(store, day, TWO_CPUS_ROWS, { onBatch });
    await keepInOrder(store, lastDay().untilMs, fed);
    const { samples, processes, stacks } = await store.usage();
    say(
      `stored ${samples} samples; the appends took ${fed.storeSeconds.toFixed(1)} s, upkeep ${fed.upkeepSeconds.toFixed(1)} s`,
    );
    const times = await askAll(store, options.repetitions, say);
    return { fed, fedInSmall, samples, processes, stacks, times };
  });
  return { ...stored, bytes: dataBytes(dataDir) };
}

async function askAll(
  store: ProfileStore,
  repetitions: number,
  say: (line: string) => void,
): Promise<number[][]> {
  const app = appOn(store, lastDay().untilMs);
  const times: number[][] = [];
  for (const question of QUESTIONS) {
    times.push(await timeQuestion(app, question, lastDay(), repetitions));
    say(
      `${question.name}: ${times
        .at(-1)!
        .map((ms) => ms.toFixed(0))
        .join(' ')} ms`,
    );
  }
  return times;
}
