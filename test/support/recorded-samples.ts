// When the samples of the recorded workload were taken: uneven over the window, different from process to process,
// and the same in every run.
import type { TimeRange } from '../../src/model/selector.ts';
import type { RecordedFrame, RecordedStack, RecordedThread } from './recorded-workload.ts';

export interface RecordedSample {
  /** Whole ms since the epoch. */
  timeMs: number;
  cpu: number;
  thread: RecordedThread;
  /** From the outermost in. */
  frames: readonly RecordedFrame[];
}

const CPUS = 2;
const SLOT_MS = 100;
/** In each window nothing was sampled from its 6th minute on for this long: the daemon was restarted. */
const PAUSE = { fromMs: 360_000, untilMs: 380_000 };

/** Weight of a moment, ms from the window's start. */
type Shape = (atMs: number) => number;

const SHAPES: Readonly<Record<string, Shape>> = {
  steady: () => 1,
  /** Traffic: swells every three minutes. */
  waves: (atMs) => 1 + 0.8 * Math.sin((2 * Math.PI * atMs) / 180_000),
  /** Builds: the third minute, and half of the eighth. */
  bursts: (atMs) => (inside(atMs, 120_000, 180_000) || inside(atMs, 450_000, 480_000) ? 1 : 0),
  /** Work that a timer starts every second: within a second it takes the first 300 ms. */
  ticks: (atMs) => (atMs % 1000 < 300 ? 1 : 0),
  /** Grows from nothing. */
  ramp: (atMs) => atMs,
};

function inside(atMs: number, fromMs: number, untilMs: number): boolean {
  return atMs >= fromMs && atMs < untilMs;
}

/** One sample per count of each stack, in time order. */
export function samplesOf(
  stacks: readonly RecordedStack[],
  side: 'before' | 'after',
  range: TimeRange,
): RecordedSample[] {
  const samples: RecordedSample[] = [];
  for (const [shape, ofShape] of byShape(stacks)) {
    const rows = ofShape.flatMap((stack) => Array.from({ length: stack[side] }, () => stack));
    const times = quantiles(SHAPES[shape], range.untilMs - range.fromMs, rows.length);
    const stride = strideFor(rows.length);
    rows.forEach(({ thread, frames }, i) => {
      const place = (i * stride) % rows.length;
      samples.push({ timeMs: range.fromMs + times[place]!, cpu: place % CPUS, thread, frames });
    });
  }
  return samples.sort((a, b) => a.timeMs - b.timeMs);
}

function byShape(stacks: readonly RecordedStack[]): Map<string, RecordedStack[]> {
  const groups = new Map<string, RecordedStack[]>();
  for (const stack of stacks) {
    const { shape } = stack.thread;
    groups.set(shape, [...(groups.get(shape) ?? []), stack]);
  }
  return groups;
}

/** `n` rising times, as dense as the shape says; ms from the window's start. */
function quantiles(shape: Shape | undefined, lengthMs: number, n: number): number[] {
  if (shape === undefined) throw new Error('a thread of the recorded workload has no shape');
  const sums: number[] = [0];
  for (let atMs = 0; atMs < lengthMs; atMs += SLOT_MS) {
    sums.push(sums.at(-1)! + (inside(atMs, PAUSE.fromMs, PAUSE.untilMs) ? 0 : shape(atMs)));
  }
  const total = sums.at(-1)!;
  let slot = 0;
  return Array.from({ length: n }, (_, i) => {
    const wanted = ((i + 0.5) / n) * total;
    while (sums[slot + 1]! < wanted) slot++;
    const within = (wanted - sums[slot]!) / (sums[slot + 1]! - sums[slot]!);
    return Math.floor((slot + within) * SLOT_MS);
  });
}

/** A step that visits every place once and mixes the stacks: near the golden section, without a common divisor. */
function strideFor(n: number): number {
  let stride = Math.max(1, Math.round(n * 0.618));
  while (commonDivisor(stride, n) > 1) stride++;
  return stride;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
