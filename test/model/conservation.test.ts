import { describe, expect, it } from 'vitest';
import type { CpuAccount } from '../../src/model/conservation.ts';
import { conservationOf, residual } from '../../src/model/conservation.ts';

const CLOSED: CpuAccount = {
  cpu: 0,
  expected: 1000,
  notFired: 10,
  entries: 990,
  idle: 400,
  samples: 500,
  pending: 40,
  losses: { logFull: 30, logGap: 15, storeFailed: 5 },
};

describe('conservationOf', () => {
  it('closes when entries are idle, samples, pending and the losses', () => {
    expect(residual(CLOSED)).toBe(0);
    expect(conservationOf([CLOSED, { ...CLOSED, cpu: 1 }])).toMatchObject({ closed: true, unaccounted: 0 });
  });

  it('closes for no CPUs', () => {
    expect(conservationOf([])).toEqual({ closed: true, unaccounted: 0, perCpu: [] });
  });

  it.each(['logFull', 'logGap', 'storeFailed'])('goes red when %s is not counted', (name) => {
    const losses = { ...CLOSED.losses, [name]: 0 };
    expect(conservationOf([{ ...CLOSED, losses }])).toMatchObject({
      closed: false,
      unaccounted: CLOSED.losses[name],
    });
  });

  it.each(['idle', 'samples', 'pending', 'entries'] as const)('goes red when %s is off by one', (name) => {
    expect(conservationOf([{ ...CLOSED, [name]: CLOSED[name] + 1 }])).toMatchObject({
      closed: false,
      unaccounted: 1,
    });
  });

  it('does not let a surplus on one CPU hide a deficit on another', () => {
    const surplus = { ...CLOSED, samples: CLOSED.samples + 3 };
    const deficit = { ...CLOSED, cpu: 1, samples: CLOSED.samples - 3 };
    expect(conservationOf([surplus, deficit])).toMatchObject({ closed: false, unaccounted: 6 });
  });
});
