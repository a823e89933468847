// How size and answers grow from one day to thirty: days of fewer samples, one store.
import { join } from 'node:path';
import { dataBytes } from './data-bytes.ts';
import { Day } from './day.ts';
import { feed, keepInOrder } from './feed.ts';
import { growthTo, measureGrowth } from './growth.ts';
import { DAY_MS, lastDay, MANY_CPUS_ROWS } from './measure-day.ts';
import type { StoreBenchOptions } from './options.ts';
import type { Question } from './questions.ts';
import { appOn, QUESTIONS, timeQuestion } from './questions.ts';
import type { Recording } from './recording.ts';
import { withStore } from './with-store.ts';

/** Each day has so small a part of what a day of the benchmark has. */
export const SCALE = 1 / 40;
const POINTS = [1, 7, 30];
const REPETITIONS = 10;

/** What is asked of each point: about its last day, and about all of its days. */
export const MONTH_QUESTIONS: readonly Question[] = [
  ...QUESTIONS,
  { name: 'flame graph of all days', wholeDay: true, path: () => '/api/v1/flamegraph?from=0' },
];

export interface MonthPoint {
  days: number;
  samples: number;
  stacks: number;
  bytes: number;
  /** Opening the store, ms. */
  openMs: number;
  /** ms of each question, in the order of MONTH_QUESTIONS. */
  times: number[][];
}

export async function measureMonths(
  recording: Recording,
  { samples, stacks }: StoreBenchOptions,
  folder: string,
  say: (line: string) => void,
): Promise<MonthPoint[]> {
  const days = POINTS.at(-1)!;
  const growth = measureGrowth(recording.samples.stack);
  const perDay = Math.round(samples * SCALE);
  const startMs = lastDay().untilMs - days * DAY_MS;
  const all = perDay * days;
  const grownTo = growthTo(growth, samples, stacks);
  const day = new Day(recording, { startMs, spanMs: days * DAY_MS, samples: all, grownTo });
  const dataDir = join(folder, 'months');
  const points: MonthPoint[] = [];
  for (const until of POINTS) {
    const limit = perDay * until - day.sampled;
    await withStore(dataDir, async (store) => {
      const fed = await feed(store, day, Math.min(MANY_CPUS_ROWS, perDay), { limit });
      await keepInOrder(store, startMs + until * DAY_MS, fed);
    });
    points.push(await pointAt(dataDir, until, startMs + until * DAY_MS));
    say(`after ${until} days: ${(points.at(-1)!.bytes / 1e6).toFixed(1)} MB`);
  }
  return points;
}

async function pointAt(dataDir: string, days: number, endMs: number): Promise<MonthPoint> {
  const bytes = dataBytes(dataDir);
  const began = performance.now();
  return withStore(dataDir, async (store) => {
    const openMs = performance.now() - began;
    const { samples, stacks } = await store.usage();
    const app = appOn(store, endMs);
    const times: number[][] = [];
    for (const question of MONTH_QUESTIONS) {
      const last = { fromMs: endMs - DAY_MS, untilMs: endMs };
      times.push(await timeQuestion(app, question, last, REPETITIONS));
    }
    return { days, samples, stacks, bytes, openMs, times };
  });
}
