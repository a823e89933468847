// Samples, names and keeps in memory, in this process: the machinery of `record`.
import type { Collector } from '../collector/collector.ts';
import { logBytesFor } from '../collector/kernel-sampler.ts';
import { Ledger } from '../collector/ledger.ts';
import { LocalSamplerHost } from '../collector/local-sampler-host.ts';
import type { StackTable } from '../model/stack-table.ts';
import { standIn } from '../store/location-query.ts';
import type { Symbolizer } from '../symbolizer/symbolizer.ts';
import { MemoryProfile } from './memory-profile.ts';
import { namingCollector } from './naming-collector.ts';

/** Between two looks at what was collected: bounds the memory of a long recording. */
const TAKE_MS = 1000;

/** Nothing must be stored soon: rather whole stacks than a quick end. */
const TABLE_PATIENCE_MS = 10_000;

export interface RecorderOptions {
  rateHz: number;
  /** Sample this process only. */
  pid?: number;
  /** Keep only what `follow` names, and what descends from it. */
  followedOnly: boolean;
}

export class Recorder {
  readonly #profile = new MemoryProfile();
  readonly #collector: Collector;
  readonly #symbolizer: Symbolizer;
  readonly #closeNaming: () => Promise<void>;
  readonly #host: LocalSamplerHost;
  #timer: NodeJS.Timeout | undefined;
  #taking: Promise<void> = Promise.resolve();

  /** Loads and attaches: throws the addon's error where the kernel does not let it. */
  constructor({ rateHz, pid, followedOnly }: RecorderOptions) {
    const filters = pid === undefined ? {} : { filters: { pid } };
    this.#host = new LocalSamplerHost({ rateHz, logBytes: logBytesFor(rateHz), ...filters });
    const naming = namingCollector({
      host: this.#host,
      ledger: new Ledger(),
      followedOnly,
      tableCacheDir: null,
      tablePatienceMs: TABLE_PATIENCE_MS,
    });
    this.#collector = naming.collector;
    this.#symbolizer = naming.symbolizer;
    this.#closeNaming = naming.close;
  }

  /** Samples taken over so far; those of the last second are still under way. */
  get samples(): number {
    return this.#profile.samples;
  }

  /** Resolves when whatever starts from now on is recorded from its first sample. */
  async begin(): Promise<void> {
    // From first to last: neither the drain nor the symbolizer's worker keeps the process alive while it is waited for.
    this.#timer = setInterval(() => this.#take(), TAKE_MS);
    await this.#collector.start();
  }

  /** In the turn in which the process was started, so that no record of it has been looked at. */
  follow(pid: number): void {
    this.#collector.follow(pid);
  }

  /** Stops sampling, and resolves to all that was sampled, named. */
  async finish(): Promise<StackTable> {
    await this.#collector.stop();
    this.#take();
    await this.#taking;
    const table = await this.#profile.table(
      (object, addresses) => this.#symbolizer.symbolize(object, addresses),
      standIn,
    );
    await this.close();
    return table;
  }

  async close(): Promise<void> {
    await this.#closeNaming();
    this.#host.close();
    clearInterval(this.#timer);
  }

  #take(): void {
    this.#taking = this.#taking.then(async () => {
      const taken = await this.#collector.take();
      if (taken) this.#profile.add(taken.batch);
    });
  }
}
