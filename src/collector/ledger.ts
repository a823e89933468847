// The account of every CPU from the log onwards: what was taken from it, and what became of it.
import type { CpuAccount } from '../model/conservation.ts';
import type { CpuReading } from './sampler-host.ts';

/** Losses after the log. */
export const SERVICE_LOSSES = [
  'serviceDown', // read from the log by a service that ended before it had stored them
  'logGap', // sequence numbers that never came: the log was overwritten or misread
  'collectorFull', // more samples waited for the store than the collector holds
  'storeFailed', // the store could not take them and the buffer was full
] as const;
export type ServiceLoss = (typeof SERVICE_LOSSES)[number];

/** Kept with the samples, in the same transaction. */
export interface LedgerEntry {
  cpu: number;
  stored: number;
  consumed: number;
  losses: Record<string, number>;
}

interface CpuLedger {
  stored: number;
  losses: Record<ServiceLoss, number>;
}

export class Ledger {
  readonly #cpus = new Map<number, CpuLedger>();

  /** `saved`: what an earlier run of the service left of the same sampling session. */
  constructor(saved: readonly LedgerEntry[] = []) {
    for (const entry of saved) {
      const cpu = this.#of(entry.cpu);
      cpu.stored = entry.stored;
      for (const name of SERVICE_LOSSES) cpu.losses[name] = entry.losses[name] ?? 0;
    }
  }

  /** Sequence number of the first record that this CPU's account does not cover. */
  settled(cpu: number): number {
    const ledger = this.#of(cpu);
    return ledger.stored + Object.values(ledger.losses).reduce((sum, n) => sum + n, 0);
  }

  lose(cpu: number, loss: ServiceLoss, count: number): void {
    this.#of(cpu).losses[loss] += count;
  }

  store(cpu: number, count: number): void {
    this.#of(cpu).stored += count;
  }

  /** The entries as they will be once `storing` samples per CPU are stored. */
  entries(storing: ReadonlyMap<number, number>): LedgerEntry[] {
    return [...this.#cpus].map(([cpu, { stored, losses }]) => {
      const total = stored + (storing.get(cpu) ?? 0);
      const consumed = total + Object.values(losses).reduce((sum, n) => sum + n, 0);
      return { cpu, stored: total, consumed, losses: { ...losses } };
    });
  }

  /**
   * One CPU's whole account. `consumed` is the number of its records decoded so far (null: none yet),
   * `held` the number of decoded samples that are not stored yet; both are counted where the samples are.
   */
  account(reading: CpuReading, consumed: number | null, held: number): CpuAccount {
    const ledger = this.#of(reading.cpu);
    return {
      cpu: reading.cpu,
      expected: reading.expected,
      notFired: reading.expected - reading.entries,
      entries: reading.entries,
      idle: reading.idle,
      samples: ledger.stored,
      pending: reading.recorded - (consumed ?? this.settled(reading.cpu)) + held,
      losses: { ...reading.losses, ...ledger.losses },
    };
  }

  #of(cpu: number): CpuLedger {
    let ledger = this.#cpus.get(cpu);
    if (!ledger) {
      ledger = { stored: 0, losses: { serviceDown: 0, logGap: 0, collectorFull: 0, storeFailed: 0 } };
      this.#cpus.set(cpu, ledger);
    }
    return ledger;
  }
}
