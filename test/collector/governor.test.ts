// The governor: turns are 10 s apart on a clock of the test's own.
import { describe, expect, it } from 'vitest';
import { Governor } from '../../src/collector/governor.ts';

const TURN_MS = 10_000;

/** Turns with a given share of the host, one after the other. */
class Governed {
  readonly periods: number[] = [];
  readonly governor: Governor;
  #cpuNs = 0;
  #nowMs = 1000;

  constructor(rateHz = 100) {
    const setPeriod = (periodNs: number): void => void this.periods.push(periodNs);
    this.governor = new Governor({ rateHz, budget: 0.01, cpus: 4, setPeriod });
    this.governor.turn(0, this.#nowMs);
  }

  /** Of four CPUs. */
  turns(...shares: number[]): this {
    for (const share of shares) {
      this.#nowMs += TURN_MS;
      this.#cpuNs += share * TURN_MS * 1e6 * 4;
      this.governor.turn(this.#cpuNs, this.#nowMs);
    }
    return this;
  }
}

const CALM = 0.002;
/** So far above the budget that one turn is enough. */
const BUSY = 0.05;

describe('Governor', () => {
  it('leaves the rate alone within the budget', () => {
    const { governor, periods } = new Governed().turns(CALM, 0.0099, CALM);
    expect(periods).toEqual([]);
    expect(governor.state).toEqual({
      configuredHz: 100,
      inForceHz: 100,
      share: expect.closeTo(CALM) as number,
    });
  });

  it('measures sampling’s share of all CPUs since the last turn', () => {
    expect(new Governed().turns(0.001, 0.008).governor.state.share).toBeCloseTo(0.008);
  });

  it('halves the rate when sampling takes more than its budget, and says so', () => {
    const { governor, periods } = new Governed().turns(BUSY);
    expect(periods).toEqual([20_000_000]);
    expect(governor.state).toMatchObject({
      configuredHz: 100,
      inForceHz: 50,
      reason: 'sampling took more than its budget of 1 % of the host: 1/2 of the rate is in force',
    });
  });

  it('waits for a second turn where the budget is not far away: a start takes more for a while', () => {
    const governed = new Governed().turns(0.02, CALM, 0.02);
    expect(governed.periods).toEqual([]);
    expect(governed.turns(0.02).periods).toEqual([20e6]);
    expect(governed.turns(0.02).periods).toEqual([20e6]);
    expect(governed.turns(0.02).periods).toEqual([20e6, 40e6]);
  });

  it('gives whole nanoseconds as the period', () => {
    expect(new Governed(99).turns(BUSY).periods).toEqual([20_202_020]);
  });

  it('goes down to a sixteenth and no further', () => {
    const { governor, periods } = new Governed().turns(...Array.from({ length: 9 }, () => BUSY));
    expect(periods).toEqual([20e6, 40e6, 80e6, 160e6]);
    expect(governor.state.inForceHz).toBe(100 / 16);
  });

  it('raises the rate step by step after three calm turns each, and never above the configured one', () => {
    const governed = new Governed().turns(BUSY, BUSY);
    expect(governed.turns(CALM, CALM).periods).toEqual([20e6, 40e6]);
    expect(governed.turns(CALM).periods).toEqual([20e6, 40e6, 20e6]);
    expect(governed.turns(CALM, CALM).periods).toHaveLength(3);
    expect(governed.turns(CALM, CALM, CALM, CALM, CALM).periods).toEqual([20e6, 40e6, 20e6, 10e6]);
    expect(governed.governor.state).not.toHaveProperty('reason');
  });

  it('does not raise the rate on a share that would break the budget again', () => {
    // Within the budget, but above a quarter of it: twice the rate might not be.
    const calmEnough = [0.004, CALM, CALM, 0.004, CALM, CALM, 0.009];
    expect(new Governed().turns(BUSY, ...calmEnough).periods).toEqual([20e6]);
  });

  it('takes a turn at the same time or before the last one for none', () => {
    const periods: number[] = [];
    const governor = new Governor({
      rateHz: 100,
      budget: 0.01,
      cpus: 1,
      setPeriod: (ns) => periods.push(ns),
    });
    governor.turn(0, 1000);
    governor.turn(1e12, 1000);
    governor.turn(2e12, 900);
    expect([periods, governor.state.share]).toEqual([[], 0]);
  });
});
