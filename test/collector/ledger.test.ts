// The account of a CPU from its log to the store: whatever happens to records, every one is in it once.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ledger, SERVICE_LOSSES } from '../../src/collector/ledger.ts';
import { conservationOf } from '../../src/model/conservation.ts';
import { cpuReadingOf } from '../support/fake-sampler-host.ts';

describe('Ledger', () => {
  it('closes the account of a CPU of which nothing has been read', () => {
    const account = new Ledger().account(
      cpuReadingOf(0, { recorded: 7, entries: 9, idle: 2, expected: 10 }),
      null,
      0,
    );
    expect(account).toEqual({
      cpu: 0,
      expected: 10,
      notFired: 1,
      entries: 9,
      idle: 2,
      samples: 0,
      pending: 7,
      losses: { serviceDown: 0, logGap: 0, collectorFull: 0, storeFailed: 0 },
    });
    expect(conservationOf([account]).closed).toBe(true);
  });

  it('shows the kernel’s losses beside its own', () => {
    const ledger = new Ledger();
    ledger.lose(0, 'logGap', 2);
    ledger.store(0, 3);
    const reading = cpuReadingOf(0, { recorded: 6, entries: 10, losses: { logFull: 3, filtered: 1 } });
    const account = ledger.account(reading, 6, 1);
    expect(account.losses).toEqual({
      logFull: 3, filtered: 1, serviceDown: 0, logGap: 2, collectorFull: 0, storeFailed: 0,
    }); // prettier-ignore
    expect(conservationOf([account])).toMatchObject({ closed: true, unaccounted: 0 });
  });

  it('tells the store what will hold once the samples are stored, without holding it already', () => {
    const ledger = new Ledger();
    ledger.lose(1, 'collectorFull', 4);
    const losses = { serviceDown: 0, logGap: 0, collectorFull: 4, storeFailed: 0 };
    expect(ledger.entries(new Map([[1, 10]]))).toEqual([{ cpu: 1, stored: 10, consumed: 14, losses }]);
    expect(ledger.entries(new Map())).toEqual([{ cpu: 1, stored: 0, consumed: 4, losses }]);
    ledger.store(1, 10);
    expect(ledger.settled(1)).toBe(14);
  });

  it('names every CPU that is being stored for the first time', () => {
    const ledger = new Ledger();
    ledger.lose(0, 'serviceDown', 0);
    expect(ledger.entries(new Map([[0, 2]])).map(({ cpu, stored }) => [cpu, stored])).toEqual([[0, 2]]);
  });

  it('goes on where the saved account of an earlier run ended', () => {
    const first = new Ledger();
    first.lose(0, 'logGap', 3);
    first.store(0, 20);
    const second = new Ledger(first.entries(new Map()));
    expect(second.settled(0)).toBe(23);
    expect(second.entries(new Map())).toEqual(first.entries(new Map()));
    // Nothing read yet: what the earlier run had taken and not stored still counts as on its way.
    expect(conservationOf([second.account(cpuReadingOf(0, { recorded: 30 }), null, 0)]).closed).toBe(true);
  });

  it('takes an account saved before a loss had a name', () => {
    const ledger = new Ledger([{ cpu: 0, stored: 5, consumed: 6, losses: { logGap: 1 } }]);
    expect(ledger.entries(new Map())).toEqual([
      {
        cpu: 0,
        stored: 5,
        consumed: 6,
        losses: { serviceDown: 0, logGap: 1, collectorFull: 0, storeFailed: 0 },
      },
    ]);
  });

  it('closes after any sequence of events, and stops closing when any loss is left out', () => {
    const step = fc.oneof(
      ...(
        ['tick', 'idle', 'filtered', 'logFull', 'read', 'gap', 'refuse', 'store', 'fail', 'restart'] as const
      ).map((type) => fc.record({ type: fc.constant(type), count: fc.integer({ min: 1, max: 9 }) })),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let ledger = new Ledger();
        let saved = ledger.entries(new Map());
        // The kernel's side, and what a service holds: the test's own count of where every tick is.
        const kernel = { entries: 0, idle: 0, recorded: 0, filtered: 0, logFull: 0 };
        let consumed: number | null = null;
        /** Read from the log by whoever read it, a service that is gone included. */
        let tail = 0;
        let held = 0;
        const account = () => {
          const { filtered, logFull, ...counts } = kernel;
          return ledger.account(
            cpuReadingOf(0, { ...counts, losses: { filtered, logFull } }),
            consumed,
            held,
          );
        };
        for (const { type, count } of steps) {
          const readable = Math.min(count, kernel.recorded - tail);
          const first = (): void => {
            if (consumed === null) ledger.lose(0, 'serviceDown', tail - ledger.settled(0));
          };
          switch (type) {
            case 'tick':
              kernel.entries += count;
              kernel.recorded += count;
              break;
            case 'idle':
              kernel.entries += count;
              kernel.idle += count;
              break;
            case 'filtered':
            case 'logFull':
              kernel.entries += count;
              kernel[type] += count;
              break;
            case 'read':
              if (readable === 0) break;
              first();
              held += readable;
              consumed = tail += readable;
              break;
            case 'gap':
              if (readable < 2) break;
              // All but the last are overwritten; the last one's number tells.
              if (consumed === null) ledger.lose(0, 'serviceDown', tail + readable - 1 - ledger.settled(0));
              else ledger.lose(0, 'logGap', readable - 1);
              held += 1;
              consumed = tail += readable;
              break;
            case 'refuse':
              ledger.lose(0, 'collectorFull', Math.min(count, held));
              held -= Math.min(count, held);
              break;
            case 'store':
              saved = ledger.entries(new Map([[0, Math.min(count, held)]]));
              ledger.store(0, Math.min(count, held));
              held -= Math.min(count, held);
              break;
            case 'fail':
              ledger.lose(0, 'storeFailed', Math.min(count, held));
              held -= Math.min(count, held);
              break;
            case 'restart':
              ledger = new Ledger(saved);
              consumed = null;
              held = 0;
              break;
          }
          expect(conservationOf([account()])).toMatchObject({ closed: true, unaccounted: 0 });
        }
        const whole = account();
        for (const [name, lost] of Object.entries(whole.losses)) {
          if (lost === 0) continue;
          const losses = Object.fromEntries(Object.entries(whole.losses).filter(([other]) => other !== name));
          expect(conservationOf([{ ...whole, losses }])).toMatchObject({ closed: false, unaccounted: lost });
        }
      }),
      { numRuns: 500, seed: 6 },
    );
  });

  it('has a name for every loss that it counts', () => {
    const ledger = new Ledger();
    for (const name of SERVICE_LOSSES) ledger.lose(0, name, 1);
    expect(ledger.entries(new Map())[0]!.consumed).toBe(SERVICE_LOSSES.length);
  });
});
