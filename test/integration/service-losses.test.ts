// Losses after the log: each is provoked, closes the account, and breaks it when its counter is taken out.
// Needs root and BPF (for `serviceDown`); not skipped in CI.
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { LedgerEntry, ServiceLoss } from '../../src/collector/ledger.ts';
import { Ledger } from '../../src/collector/ledger.ts';
import type { Conservation } from '../../src/model/conservation.ts';
import type { ProfileBatch } from '../../src/model/profile-batch.ts';
import { fakeStore } from '../support/fake-store.ts';
import { Programs, sleep } from '../support/programs.ts';
import { Sampling, ServiceRun, total } from '../support/sampling.ts';
import { WrittenHost } from '../support/written-host.ts';

type LedgerClass = new (saved?: readonly LedgerEntry[]) => Ledger;

/** A ledger in which the counter of one loss has been taken out. */
function ledgerWithout(name: ServiceLoss): LedgerClass {
  return class extends Ledger {
    override lose(cpu: number, loss: ServiceLoss, count: number): void {
      if (loss !== name) super.lose(cpu, loss, count);
    }
  };
}

const programs = new Programs();
const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  vi.restoreAllMocks();
  await programs.stopAll();
  for (const end of ends.splice(0)) await end();
});
afterAll(() => programs.remove());

const lossOf = (conservation: Conservation, name: ServiceLoss): number =>
  total(conservation.perCpu, ({ losses }) => losses[name] ?? 0);

/** A service on a log that is written here, and a store that takes what it is told to take. */
async function writtenRun(ledger: Ledger) {
  const host = new WrittenHost();
  const store = { refuses: false, samples: 0 };
  const append = (batch: ProfileBatch): Promise<void> => {
    if (store.refuses) return Promise.reject(new Error('the disk is full'));
    store.samples += batch.samples.length;
    return Promise.resolve();
  };
  const appendSymbols = (): Promise<void> => Promise.resolve();
  const parts = { host, ledger, store: { ...fakeStore(), append, appendSymbols }, tableCacheDir: null };
  const run = await ServiceRun.start(parts);
  ends.push(() => run.stop());
  return { host, run, store };
}

/** Each makes the service lose `lost` samples by that name, and store `stored` others. */
const PROVOCATIONS: Record<
  Exclude<ServiceLoss, 'serviceDown'>,
  (ledger: Ledger) => Promise<{ conservation: Conservation; lost: number; stored: number }>
> = {
  logGap: async (ledger) => {
    const { host, run } = await writtenRun(ledger);
    host.record(10);
    host.overwrite(7);
    host.record(10);
    await run.flush();
    return { conservation: run.conservation(), lost: 7, stored: 20 };
  },
  collectorFull: async (ledger) => {
    const { host, run } = await writtenRun(ledger);
    host.record(200_123); // 200,000 may wait
    await run.collector.drain();
    await run.flush();
    host.record(5);
    await run.flush();
    return { conservation: run.conservation(), lost: 123, stored: 200_005 };
  },
  storeFailed: async (ledger) => {
    const complaint = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    complaint.mockClear();
    const { host, run, store } = await writtenRun(ledger);
    store.refuses = true;
    host.record(120_001); // 120,000 may wait
    await run.flush();
    expect(run.flusher.lastError).toMatch(/the disk is full$/);
    host.record(10);
    await run.flush();
    expect(run.flusher.unsentSamples).toBe(10);
    expect(complaint).toHaveBeenCalledOnce(); // not once per attempt
    store.refuses = false;
    await run.flush();
    expect(store.samples).toBe(10);
    return { conservation: run.conservation(), lost: 120_001, stored: 10 };
  },
};

describe('a loss after the log', () => {
  it.each(Object.keys(PROVOCATIONS) as (keyof typeof PROVOCATIONS)[])(
    'is counted as %s exactly, and without that counter the account breaks',
    async (name) => {
      const { conservation, lost, stored } = await PROVOCATIONS[name](new Ledger());
      expect(conservation).toMatchObject({ closed: true, unaccounted: 0 });
      expect(lossOf(conservation, name)).toBe(lost);
      expect(total(conservation.perCpu, ({ samples }) => samples)).toBe(stored);

      const without = await PROVOCATIONS[name](new (ledgerWithout(name))());
      expect(without.conservation).toMatchObject({ closed: false, unaccounted: lost });
    },
  );

  it.each([
    ['is counted as serviceDown when a service ends before it has stored', Ledger, true],
    ['breaks the account where serviceDown is not counted', ledgerWithout('serviceDown'), false],
  ] as const)('%s', async (_, ledger, closed) => {
    const busy = programs.compile('busy');
    const sampling = await Sampling.start({ drainIntervalMs: 50 }, ledger);
    ends.push(() => sampling.close());
    programs.start(busy, [0, 50]);
    programs.start(busy, [1, 50]);
    await sleep(500);
    await sampling.flush();
    await sleep(1000); // drained, not stored
    const before = sampling.conservation();
    expect(before.closed).toBe(true);
    await sampling.restartService();
    await sleep(500);
    await sampling.flush();
    const after = sampling.conservation();
    expect(after.closed).toBe(closed);
    if (closed) expect(lossOf(after, 'serviceDown')).toBeGreaterThan(20);
    else expect(lossOf(after, 'serviceDown')).toBe(0);
    const stored = total(after.perCpu, ({ samples }) => samples);
    expect(stored).toBeGreaterThan(total(before.perCpu, ({ samples }) => samples));
    expect((await sampling.store.usage()).samples).toBe(stored);
  });
});
