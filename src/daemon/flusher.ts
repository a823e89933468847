// Moves batches and names to the store, and keeps the account of what was stored.
import type { CpuAccount } from '../model/conservation.ts';
import type { Collector, TakenBatch } from '../collector/collector.ts';
import type { Ledger } from '../collector/ledger.ts';
import type { CpuReading } from '../collector/sampler-host.ts';
import type { ProfileStore } from '../store/profile-store.ts';
import { carryDefinitions } from './carry-definitions.ts';
import type { Naming } from './naming.ts';

/** Samples kept while the store refuses (disk full, …): about five minutes of 4 busy CPUs. More are a named loss. */
export const MAX_UNSENT_SAMPLES = 120_000;

export interface FlusherParts {
  session: string;
  collector: Collector;
  ledger: Ledger;
  store: ProfileStore;
  naming: Naming;
}

export class Flusher {
  readonly #parts: FlusherParts;
  readonly #unsent: TakenBatch[] = [];
  #running: Promise<void> = Promise.resolve();
  /** Why the last append failed; null when it worked. */
  lastError: string | null = null;

  constructor(parts: FlusherParts) {
    this.#parts = parts;
  }

  /**
   * Stores what the collector has, with the names found since; one flush at a time, in order. Never rejects: a failure is
   * kept in `lastError`. Names found meanwhile go with the next batch: each transaction costs.
   */
  flush(): Promise<void> {
    return this.#next(false);
  }

  /** The same, and then the names of it: waits for them at most `patienceMs`. */
  async flushWithNames(patienceMs: number): Promise<void> {
    await this.flush();
    await this.#parts.naming.settled(patienceMs);
    await this.#next(true);
  }

  /**
   * Later batches define again what they refer to, and all earlier ones are stored; false where the store refuses them.
   */
  async forgetDefinitions(): Promise<boolean> {
    this.#parts.collector.forgetDefinitions();
    await this.flush();
    return this.#unsent.length === 0;
  }

  /** One CPU's account. Reads counters, collector and ledger in one turn, so that they fit together. */
  account(reading: CpuReading): CpuAccount {
    const { collector, ledger } = this.#parts;
    const { consumed, held } = collector.progress(reading.cpu);
    const unsent = this.#unsent.reduce((sum, { perCpu }) => sum + (perCpu.get(reading.cpu) ?? 0), 0);
    return ledger.account(reading, consumed, held + unsent);
  }

  get unsentSamples(): number {
    return this.#unsent.reduce((sum, { batch }) => sum + batch.samples.length, 0);
  }

  #next(allNames: boolean): Promise<void> {
    this.#running = this.#running.then(() => this.#once(allNames));
    return this.#running;
  }

  async #once(allNames: boolean): Promise<void> {
    const { collector } = this.#parts;
    let storeNames = allNames;
    try {
      const taken = await collector.take((batch) => this.#unsent.push(batch));
      if (taken) this.#parts.naming.add(taken.batch);
      else storeNames = true;
    } catch (error) {
      this.#fail('samples could not be prepared', error);
    }
    while (this.#unsent[0] && (await this.#append(this.#unsent[0])));
    this.#dropExcess();
    if (storeNames && this.#unsent.length === 0) await this.#storeNames();
  }

  async #append({ batch, perCpu }: TakenBatch): Promise<boolean> {
    const { session, ledger, store, naming } = this.#parts;
    // Names of what is not stored yet wait until it is.
    const names = this.#unsent.length === 1 ? naming.take() : [];
    try {
      const rows = ledger.entries(perCpu).map((entry) => ({ session, ...entry }));
      await store.append(batch, rows, names);
    } catch (error) {
      naming.giveBack(names);
      this.#fail('the store refuses samples', error);
      return false;
    }
    this.lastError = null;
    // In one turn: whoever asks for the account sees these samples once.
    for (const [cpu, count] of perCpu) ledger.store(cpu, count);
    this.#unsent.shift();
    return true;
  }

  /** Names that no batch takes along. */
  async #storeNames(): Promise<void> {
    const { store, naming } = this.#parts;
    const names = naming.take();
    try {
      await store.appendSymbols(names);
    } catch (error) {
      naming.giveBack(names);
      this.#fail('the store refuses names', error);
    }
  }

  #fail(what: string, error: unknown): void {
    const message = `${what}: ${error instanceof Error ? error.message : String(error)}`;
    if (message !== this.lastError) console.error(`pilotlight: ${message}`);
    this.lastError = message;
  }

  #dropExcess(): void {
    const { collector, ledger } = this.#parts;
    while (this.unsentSamples > MAX_UNSENT_SAMPLES) {
      const dropped = this.#unsent.shift()!;
      for (const [cpu, count] of dropped.perCpu) ledger.lose(cpu, 'storeFailed', count);
      carryDefinitions(
        dropped.batch,
        this.#unsent.map(({ batch }) => batch),
      );
      collector.forgetDefinitions();
    }
  }
}
