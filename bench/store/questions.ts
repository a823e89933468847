// The questions that people and programs ask of a store, as requests, and how long each takes to be answered.
import type { App } from '../../src/server/context.ts';
import { createApp } from '../../src/server/app.ts';
import { STORED_ONLY } from '../../src/daemon/stored-only.ts';
import type { ProfileStore } from '../../src/store/profile-store.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export interface Question {
  name: string;
  /** Of the median, ms; undefined where there is none. */
  aimMs?: number;
  /** Asked a fifth as often. */
  wholeDay: boolean;
  /** `at`: how far back from the end of the day the window ends, 0 to 1. */
  path: (dayMs: { fromMs: number; untilMs: number }, at: number) => string;
}

interface Range {
  fromMs: number;
  untilMs: number;
}

/** In most stacks of the kernel. */
const FUNCTION = 'do_syscall_64';

const windowOf = ({ fromMs, untilMs }: Range) => `from=${fromMs}&until=${untilMs}`;

/** So long, ending a part `at` of the day before its end. */
function windowIn(day: Range, lengthMs: number, at: number): Range {
  const length = Math.min(lengthMs, day.untilMs - day.fromMs);
  const untilMs = Math.round(day.untilMs - at * (day.untilMs - day.fromMs - length));
  return { fromMs: untilMs - length, untilMs };
}

/** The one before it, of the same length. */
function twoWindows(day: Range, lengthMs: number, at: number): string {
  const right = windowIn(day, 2 * lengthMs, at);
  const middle = (right.fromMs + right.untilMs) / 2;
  return `leftFrom=${right.fromMs}&leftUntil=${middle}&rightFrom=${middle}&rightUntil=${right.untilMs}`;
}

export const QUESTIONS: readonly Question[] = [
  question(
    'flame graph of 5 min',
    50,
    (day, at) => `flamegraph?${windowOf(windowIn(day, 5 * MINUTE_MS, at))}`,
  ),
  question('flame graph of 1 h', 150, (day, at) => `flamegraph?${windowOf(windowIn(day, HOUR_MS, at))}`),
  ofDay('flame graph of 24 h', 1000, (day) => `flamegraph?${windowOf(day)}`),
  question('diff of two hours', 300, (day, at) => `diff?${twoWindows(day, HOUR_MS, at)}`),
  ofDay(
    'CPU time of one function over 24 h',
    500,
    (day) => `series?${windowOf(day)}&focus=%5E${FUNCTION}%24`,
  ),
  ofDay('CPU time by function over 24 h', undefined, (day) => `series?${windowOf(day)}&groupBy=function`),
  question(
    'values of a label in 1 h',
    50,
    (day, at) => `labels/comm/values?${windowOf(windowIn(day, HOUR_MS, at))}`,
  ),
  ofDay('values of a label in 24 h', 50, (day) => `labels/comm/values?${windowOf(day)}`),
];

function question(name: string, aimMs: number, path: Question['path']): Question {
  return { name, aimMs, wholeDay: false, path: (day, at) => `/api/v1/${path(day, at)}` };
}

function ofDay(name: string, aimMs: number | undefined, path: (day: Range) => string): Question {
  return {
    name,
    ...(aimMs === undefined ? {} : { aimMs }),
    wholeDay: true,
    path: (day) => `/api/v1/${path(day)}`,
  };
}

/** The server's application on the store, in this process. */
export function appOn(store: ProfileStore, nowMs: number): App {
  const log = { warn: () => undefined, error: (details: object) => console.error(details) };
  const sql = { run: () => Promise.reject(new Error('no statements are run here')) };
  return createApp({
    store,
    sql,
    service: STORED_ONLY,
    webRoot: '.',
    log,
    version: 'bench',
    now: () => nowMs,
  });
}

/** ms until the whole answer is there, once per repetition, the windows spread over the day; the first is not counted. */
export async function timeQuestion(
  app: App,
  { path, wholeDay }: Question,
  day: Range,
  repetitions: number,
): Promise<number[]> {
  const times: number[] = [];
  const asked = wholeDay ? Math.max(1, Math.round(repetitions / 5)) : repetitions;
  for (let turn = 0; turn <= asked; turn++) {
    const began = performance.now();
    await answer(app, path(day, turn / asked));
    times.push(performance.now() - began);
  }
  return times.slice(1);
}

async function answer(app: App, path: string): Promise<void> {
  const response = await app.request(path);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${text.slice(0, 200)}`);
}
