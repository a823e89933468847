// What the timeline spans, and how windows and bases follow from each other.
import { describe, expect, it } from 'vitest';
import { baseTexts, overviewSpan, pinnedRange, resolveSpan } from '../../../web/src/time/overview.ts';
import { baseName, baseWindow, presetFor } from '../../../web/src/time/presets.ts';
import { between, resize, shift, zoomed } from '../../../web/src/time/time-span.ts';
import type { ViewState } from '../../../web/src/view-state.ts';
import { DEFAULT_STATE } from '../../../web/src/view-state.ts';

const NOW = 1_000_000_000_000;
const MINUTE = 60_000;
const state = (change: Partial<ViewState>): ViewState => ({ ...DEFAULT_STATE, ...change });
/** Minutes before now. */
const ago = (span: { fromMs: number; untilMs: number } | undefined) =>
  span && [(NOW - span.fromMs) / MINUTE, (NOW - span.untilMs) / MINUTE];

describe('the range of the timeline', () => {
  it('is the last hour around a short window that follows the clock, and the window where that is longer', () => {
    expect(ago(overviewSpan(state({}), NOW))).toEqual([60, 0]);
    expect(ago(overviewSpan(state({ from: 'now-6h' }), NOW))).toEqual([360, 0]);
  });

  it('shows a window that lies still with as much before and after it, not beyond now', () => {
    const window = { from: String(NOW - 30 * MINUTE), until: String(NOW - 20 * MINUTE) };
    expect(ago(overviewSpan(state(window), NOW))).toEqual([40, 10]);
    const last = { from: String(NOW - 10 * MINUTE), until: String(NOW) };
    expect(ago(overviewSpan(state(last), NOW))).toEqual([20, 0]);
  });

  it('is the one chosen, and still holds the window and the base', () => {
    const range = { rangeFrom: 'now-15m', rangeUntil: 'now' };
    expect(ago(overviewSpan(state(range), NOW))).toEqual([15, 0]);
    expect(ago(overviewSpan(state({ ...range, from: 'now-2h' }), NOW))).toEqual([120, 0]);
    const compare = state({ ...range, mode: 'compare', baseFrom: 'now-1d5m', baseUntil: 'now-1d' });
    expect(ago(overviewSpan(compare, NOW))).toEqual([1445, 0]);
  });

  it('is unknown where the window is malformed', () => {
    expect(overviewSpan(state({ from: 'yesterday' }), NOW)).toBeUndefined();
    expect(resolveSpan({ from: 'now', until: 'now-5m' }, NOW)).toBeUndefined();
  });

  it('stays where it is while a window is chosen in it', () => {
    expect(pinnedRange(state({}), NOW)).toEqual({ rangeFrom: 'now-1h', rangeUntil: 'now' });
    expect(pinnedRange(state({ from: 'now-6h' }), NOW)).toEqual({ rangeFrom: 'now-6h', rangeUntil: 'now' });
    const range = { rangeFrom: '5', rangeUntil: '6' };
    expect(pinnedRange(state(range), NOW)).toEqual(range);
  });
});

describe('the base of a comparison', () => {
  it('is the same length right before, unless another is chosen', () => {
    expect(baseTexts(state({}), NOW)).toEqual({ from: 'now-10m', until: 'now-5m' });
    expect(baseTexts(state({ baseFrom: '1', baseUntil: '2' }), NOW)).toEqual({ from: '1', until: '2' });
  });

  it.each([
    ['yesterday', 'now-1d5m', 'now-1d'],
    ['week', 'now-7d5m', 'now-7d'],
  ] as const)('of %s follows the clock where the window does', (name, from, until) => {
    const window = { from: 'now-5m', until: 'now' };
    const base = baseWindow(name, window, resolveSpan(window, NOW)!);
    expect(base).toEqual({ from, until });
    expect(baseName(base, window, resolveSpan(window, NOW)!)).toBe(name);
  });

  it('lies still where the window does', () => {
    const window = { from: '1000000', until: '1600000' };
    expect(baseWindow('before', window, { fromMs: 1_000_000, untilMs: 1_600_000 })).toEqual({
      from: '400000',
      until: '1000000',
    });
  });
});

describe('a span', () => {
  const bounds = { fromMs: 0, untilMs: 100_000 };
  const span = { fromMs: 40_000, untilMs: 60_000 };

  it('moves no further than its bounds and keeps its length', () => {
    expect(shift(span, 5000, bounds)).toEqual({ fromMs: 45_000, untilMs: 65_000 });
    expect(shift(span, 90_000, bounds)).toEqual({ fromMs: 80_000, untilMs: 100_000 });
    expect(shift(span, -90_000, bounds)).toEqual({ fromMs: 0, untilMs: 20_000 });
  });

  it('has ends that never cross', () => {
    expect(resize(span, 'untilMs', 10_000, bounds)).toEqual({ fromMs: 40_000, untilMs: 40_100 });
    expect(resize(span, 'fromMs', 99_000, bounds)).toEqual({ fromMs: 59_900, untilMs: 60_000 });
  });

  it('lies between two points in either order', () => {
    expect(between(70_000, 20_000, bounds)).toEqual({ fromMs: 20_000, untilMs: 70_000 });
    expect(between(-5, 200_000, bounds)).toEqual(bounds);
  });

  it('zooms around its middle and not into the future', () => {
    expect(zoomed(bounds, span, 0.5, 1e9)).toEqual({ fromMs: 25_000, untilMs: 75_000 });
    expect(zoomed(bounds, span, 2, 100_000)).toEqual({ fromMs: -100_000, untilMs: 100_000 });
  });

  it('has a preset that holds it', () => {
    expect(presetFor(10 * MINUTE).from).toBe('now-15m');
    expect(presetFor(99 * 86_400_000).from).toBe('now-7d');
  });
});
