// From the server's series to what the timeline draws.
import { describe, expect, it } from 'vitest';
import type { SeriesBody } from '../../../web/src/api.ts';
import { cpuTicks, timeTicks } from '../../../web/src/timeline/axis-labels.ts';
import { dragged, keyed, zoomFactor } from '../../../web/src/timeline/brush-motion.ts';
import { seriesColours } from '../../../web/src/timeline/series-colours.ts';
import { MAX_BINS, binsFor } from '../../../web/src/timeline/timeline-bins.ts';
import {
  axisTop,
  binAt,
  countsOf,
  gaps,
  layerMeans,
  layersAt,
  timelineData,
} from '../../../web/src/timeline/timeline-data.ts';

const SECOND = 1000;

/** One second of CPU time per unit and step of 10 s. */
function body(series: Record<string, number[]>, stepMs = 10 * SECOND): SeriesBody {
  const steps = Math.max(...Object.values(series).map((values) => values.length));
  return {
    ...{ fromMs: 0, stepMs, steps },
    series: Object.entries(series).map(([value, seconds]) => ({
      value,
      weightNs: seconds.map((s) => s * 1e9),
      count: seconds.map((s) => s * 100),
    })),
  };
}

const dataOf = (answer: SeriesBody, oldestMs: number | null = 0, nowMs = 1e9) =>
  timelineData(answer, { hostCounts: countsOf(answer), oldestMs, nowMs });

describe('timelineData', () => {
  it('tells CPUs busy per layer, the rest last', () => {
    const data = dataOf(body({ '': [1, 1], node: [10, 5] }));
    expect(data.layers).toEqual([
      { value: 'node', cpus: [1, 0.5] },
      { value: '', cpus: [0.1, 0.1] },
    ]);
    expect(data.total).toEqual([1.1, 0.6]);
  });

  it('shows no value where nothing was sampled: before the oldest sample, and what is not stored yet', () => {
    const data = dataOf(body({ a: [0, 1, 1, 1] }), 10 * SECOND, 42 * SECOND);
    expect(data.total).toEqual([null, 0.1, 0.1, null]);
  });

  it('takes a silence of ten seconds for a gap, and a shorter one for chance', () => {
    const facts = { oldestMs: 0, nowMs: 1e9 };
    const everySecond = [1, 0, 1, ...new Array<number>(12).fill(0), 1];
    const found = gaps({ fromMs: 0, stepMs: SECOND }, { ...facts, hostCounts: everySecond });
    expect(found.map(Number).join('')).toBe('0001111111111110');
  });

  it('keeps a zero where the filter matches nothing and the host was sampled', () => {
    const answer = body({ a: [0, 1] });
    const data = timelineData(answer, { hostCounts: [500, 500], oldestMs: 0, nowMs: 1e9 });
    expect(data.total).toEqual([0, 0.1]);
  });

  it('finds the bin of a time, its layers, and means over a window', () => {
    const data = dataOf(body({ a: [10, 0, 10], b: [5, 20, 5] }));
    expect([-1, 0, 9999, 10_000, 30_000].map((ms) => binAt(data, ms))).toEqual([
      undefined,
      0,
      0,
      1,
      undefined,
    ]);
    expect(layersAt(data, 1).map(({ value }) => value)).toEqual(['b']);
    expect(layersAt(data, 0).map(({ value, cpus }) => [value, cpus])).toEqual([
      ['a', 1],
      ['b', 0.5],
    ]);
    expect(layerMeans(data, 0, 20_000)).toEqual([0.5, 1.25]);
    expect(layerMeans(data, 5000, 15_000)).toEqual([0.5, 1.25]);
    expect(layerMeans(data, 40_000, 50_000)).toEqual([0, 0]);
  });

  it('counts a gap inside a window as nothing, and not its end that is not stored yet', () => {
    const data = dataOf(body({ a: [10, 0, 10, 10] }), 0, 42_000);
    expect(data.total).toEqual([1, null, 1, null]);
    expect(layerMeans(data, 0, 40_000)[0]).toBeCloseTo(2 / 3);
  });

  it('ends the axis at the number of CPUs, or above the peak', () => {
    const data = dataOf(body({ a: [3, 1] }));
    expect(axisTop(data, 4, 'cpus')).toBe(4);
    expect(axisTop(data, 4, 'peak')).toBe(0.4);
    expect(axisTop(dataOf(body({ a: [50] })), 4, 'cpus')).toBe(5);
  });
});

describe('the bins asked for', () => {
  it.each([60, 300, 3600, 21_600, 86_400, 604_800, 5e7])(
    'are at most 400 over %d s and hold all of it',
    (seconds) => {
      const span = { fromMs: 1_700_000_000_123, untilMs: 1_700_000_000_123 + seconds * SECOND };
      const { fromMs, untilMs, stepMs } = binsFor(span);
      expect((untilMs - fromMs) / stepMs).toBeLessThanOrEqual(MAX_BINS + 2);
      expect(fromMs).toBeLessThanOrEqual(span.fromMs);
      expect(untilMs).toBeGreaterThanOrEqual(span.untilMs);
      expect(fromMs % stepMs).toBe(0);
    },
  );

  it('stay the same while time moves on within a step', () => {
    const at = (ms: number) => binsFor({ fromMs: ms, untilMs: ms + 3_600_000 }).fromMs;
    expect(at(1_700_000_003_000)).toBe(at(1_700_000_004_000));
  });
});

describe('dragging a window', () => {
  const drag = { startMs: 500, span: { fromMs: 400, untilMs: 600 }, bounds: { fromMs: 0, untilMs: 1000 } };

  it('draws, moves and resizes it', () => {
    expect(dragged({ ...drag, grip: 'draw' }, 800)).toEqual({ fromMs: 500, untilMs: 800 });
    expect(dragged({ ...drag, grip: 'move' }, 600)).toEqual({ fromMs: 500, untilMs: 700 });
    expect(dragged({ ...drag, grip: 'fromMs' }, 100)).toEqual({ fromMs: 100, untilMs: 600 });
    expect(dragged({ ...drag, grip: 'untilMs' }, 900)).toEqual({ fromMs: 400, untilMs: 900 });
  });

  it('goes by keys in tenths of its length', () => {
    const bounds = { fromMs: 0, untilMs: 1e6 };
    const span = { fromMs: 100_000, untilMs: 200_000 };
    expect(keyed('ArrowRight', false, span, bounds)).toEqual({ fromMs: 110_000, untilMs: 210_000 });
    expect(keyed('ArrowLeft', true, span, bounds)).toEqual({ fromMs: 100_000, untilMs: 190_000 });
    expect(keyed('a', false, span, bounds)).toBeUndefined();
    expect([zoomFactor('+'), zoomFactor('-'), zoomFactor('x')]).toEqual([0.5, 2, undefined]);
  });
});

describe('the axes', () => {
  it('has whole CPUs where it can', () => {
    expect(cpuTicks(2)).toEqual([0, 1, 2]);
    expect(cpuTicks(8)).toEqual([0, 2, 4, 6, 8]);
    expect(cpuTicks(1)).toEqual([0, 0.5, 1]);
  });

  it('tells midnight by its date', () => {
    const midnight = new Date(2026, 0, 31).getTime();
    expect(timeTicks([midnight - 3_600_000, midnight], 3_600_000)).toEqual(['23:00', '01-31']);
    expect(timeTicks([midnight + 5000], 1000)).toEqual(['00:00:05']);
  });
});

it('gives each value a colour of its own, the same when looked at again, and the rest none', () => {
  const values = Array.from('abcdefgh', (c) => `process-${c}`);
  const colours = seriesColours([...values, ''], 'light');
  expect(new Set(colours).size).toBe(9);
  expect(seriesColours([values[0]!], 'light')[0]).toBe(colours[0]);
});
