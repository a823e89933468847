// The sampling period, changed while sampling. Needs root and BPF; not skipped in CI.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CLOCK_MONOTONIC, native } from '../../src/collector/native.ts';
import { Programs, sleep } from '../support/programs.ts';
import { Sampling } from '../support/sampling.ts';

const programs = new Programs();
let sampling: Sampling;

beforeAll(async () => {
  sampling = await Sampling.start({ rateHz: 499 });
});
afterEach(() => programs.stopAll());
afterAll(async () => {
  await sampling.close();
  programs.remove();
});

const nowNs = (): number => Number(native().clockNs(CLOCK_MONOTONIC));

describe('setPeriod', () => {
  it.each([
    ['as started', null, Math.round(1e9 / 499)],
    ['shorter', 1_234_567, 1_234_567],
    ['longer', 3_000_000, 3_000_000],
  ])('weighs the samples of a busy program as its CPU time with a period %s', async (name, set, periodNs) => {
    const busy = programs.compile('busy', `busy-${name.slice(0, 7).replace(' ', '-')}`);
    if (set !== null) sampling.host.setPeriod(set);
    const { code, stdout } = await programs.start(busy, [-1, 2.5]).ended;
    expect(code).toBe(0);
    await sampling.flush();
    const { weightNs, count } = await sampling.stacks({ exe: busy });
    const weight = weightNs.reduce((a, b) => a + b, 0);
    expect(weight).toBe(count.reduce((a, b) => a + b, 0) * periodNs);
    const cpuTime = Number(stdout) * 1e9;
    console.log(`period ${name}: samples weigh ${((100 * weight) / cpuTime).toFixed(1)} % of the CPU time`);
    expect(weight / cpuTime).toBeGreaterThan(0.95);
    expect(weight / cpuTime).toBeLessThan(1.05);
    expect(sampling.conservation().closed).toBe(true);
  });

  it('makes the expected ticks follow the new period exactly, on every CPU', async () => {
    for (const periodNs of [10_000_000, 2_500_000, 7_654_321]) {
      sampling.host.setPeriod(periodNs);
      // The moments of a reading lie between two looks at the clock.
      const first = [nowNs(), sampling.host.readings(), nowNs()] as const;
      await sleep(500);
      const second = [nowNs(), sampling.host.readings(), nowNs()] as const;
      for (const [i, after] of second[1].entries()) {
        const before = first[1][i]!;
        expect(after.periodNs).toBe(periodNs);
        const ticks = after.expected - before.expected;
        // Both readings are cut down to whole ticks.
        expect(ticks).toBeGreaterThanOrEqual(Math.floor((second[0] - first[2]) / periodNs) - 1);
        expect(ticks).toBeLessThanOrEqual(Math.ceil((second[2] - first[0]) / periodNs) + 1);
        expect(after.entries).toBeLessThanOrEqual(after.expected);
      }
    }
    await sampling.flush();
    expect(sampling.conservation().closed).toBe(true);
  });

  it('keeps what was expected before: frequent changes lose less than a tick each', async () => {
    const before = sampling.host.readings();
    const startNs = nowNs();
    for (let i = 0; i < 50; i++) {
      sampling.host.setPeriod(5_000_000 + (i % 2) * 1000);
      await sleep(20);
    }
    const elapsedTicks = (nowNs() - startNs) / 5e6;
    for (const [i, after] of sampling.host.readings().entries()) {
      const ticks = after.expected - before[i]!.expected;
      expect(ticks).toBeGreaterThan(elapsedTicks - 52);
      expect(ticks).toBeLessThan(elapsedTicks + 2);
      expect(after.entries).toBeLessThanOrEqual(after.expected);
    }
  });
});
