import { describe, expect, it } from 'vitest';
import type { Round } from '../../bench/lib/alternate.ts';
import { alternate } from '../../bench/lib/alternate.ts';

/** What was on in each window, in order; a window's value is `valueOf(its number, what was on)`. */
async function played(cycles: number, valueOf: (window: number, on: string) => number) {
  const order: string[] = [];
  let on = 'off';
  const nothing = () => Promise.resolve();
  const subject = (name: string) => ({
    name,
    start: () => {
      on = name;
      const stop = () => {
        on = 'off';
        return Promise.resolve();
      };
      return Promise.resolve({ stop });
    },
  });
  const rounds = await alternate<{ stop(): Promise<void> }, number>({
    subjects: [subject('x'), subject('y')],
    cycles,
    measure: () => Promise.resolve(valueOf(order.push(on), on)),
    warmUp: nothing,
    settle: nothing,
  });
  return { order, rounds };
}

describe('alternate', () => {
  it('runs off on on off, and lets each cycle begin with another subject', async () => {
    const { order } = await played(2, () => 0);
    expect(order.join(' ')).toBe('off x x off y y off y y off x x off');
  });

  it('cancels an even drift in the mean of a cycle', async () => {
    const { rounds } = await played(3, (window, on) => 100 - window + (on === 'x' ? 5 : 0));
    const difference = ({ on, off }: Round<number>) => on - off;
    for (const [name, expected] of [
      ['x', 5],
      ['y', 0],
    ] as const) {
      const own = rounds.filter(({ subject }) => subject === name).map(difference);
      expect(own).toHaveLength(6);
      expect(own.reduce((sum, d) => sum + d, 0) / own.length).toBe(expected);
    }
  });

  it('switches a subject off when a window fails', async () => {
    let stopped = 0;
    const stop = () => {
      stopped++;
      return Promise.resolve();
    };
    let windows = 0;
    const failing = alternate<{ stop(): Promise<void> }, number>({
      subjects: [{ name: 'x', start: () => Promise.resolve({ stop }) }],
      cycles: 1,
      measure: () => (windows++ === 0 ? Promise.resolve(1) : Promise.reject(new Error('the load ended'))),
      warmUp: () => Promise.resolve(),
      settle: () => Promise.resolve(),
    });
    await expect(failing).rejects.toThrow('the load ended');
    expect(stopped).toBe(1);
  });
});
