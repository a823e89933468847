import { describe, expect, it } from 'vitest';
import { ClockWatch } from '../../src/daemon/clock-watch.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 2, 2);

describe('ClockWatch', () => {
  it('says nothing of a clock that runs, or is slewed', () => {
    const watch = new ClockWatch(NOW, 0, NOW);
    for (let t = 0; t < 48 * HOUR; t += 300_000) expect(watch.look(NOW + t * 1.0005, t)).toBeNull();
    expect(watch.doubtful(48 * HOUR)).toBe(false);
  });

  it('says once that the clock was set back, which makes nothing old', () => {
    const watch = new ClockWatch(NOW, 0, NOW);
    expect(watch.look(NOW - HOUR + 1000, 1000)).toBe(
      'the clock was set back by 3600 s: samples before keep the times they have',
    );
    expect(watch.look(NOW - HOUR + 2000, 2000)).toBeNull();
    expect(watch.doubtful(2000)).toBe(false);
  });

  it('doubts ages for a day after the clock was set forward', () => {
    const watch = new ClockWatch(NOW, 0, NOW);
    expect(watch.look(NOW + HOUR + 1000, 1000)).toBe(
      'the clock was set forward by 3600 s: samples before keep the times they have; nothing is deleted for its age for 24 h',
    );
    expect([1000, 24 * HOUR, 24 * HOUR + 1000].map((t) => watch.doubtful(t))).toEqual([true, true, false]);
    expect(watch.look(NOW + 300_000 + 2000, 2000)).toMatch(/set back by 3300 s/);
  });

  it('doubts ages where the last sample is from long ago', () => {
    expect(new ClockWatch(NOW, 5, NOW - 25 * HOUR).doubtful(5)).toBe(true);
    expect(new ClockWatch(NOW, 5, NOW - 23 * HOUR).doubtful(5)).toBe(false);
    expect(new ClockWatch(NOW, 5, null).doubtful(5)).toBe(false);
  });
});
