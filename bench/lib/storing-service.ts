// Collector, names, flusher and store, put together as the service does, on any host and without its governor: the rate stays.
import type { SamplerHost } from '../../src/collector/sampler-host.ts';
import { Ledger } from '../../src/collector/ledger.ts';
import { Flusher } from '../../src/daemon/flusher.ts';
import { namingCollector } from '../../src/daemon/naming-collector.ts';
import { Naming } from '../../src/daemon/naming.ts';
import type { Conservation } from '../../src/model/conservation.ts';
import { conservationOf } from '../../src/model/conservation.ts';
import type { ProfileStore } from '../../src/store/profile-store.ts';

/** As in src/daemon/profiling-service.ts. */
const FLUSH_MS = 4400;
const NAMING_PATIENCE_MS = 10_000;

export class StoringService {
  readonly #host: SamplerHost;
  readonly #parts: ReturnType<typeof namingCollector>;
  readonly #flusher: Flusher;
  #timer: NodeJS.Timeout | undefined;

  constructor(host: SamplerHost, store: ProfileStore) {
    this.#host = host;
    const ledger = new Ledger();
    this.#parts = namingCollector({ host, ledger, tableCacheDir: null });
    const { collector, symbolizer } = this.#parts;
    const naming = new Naming(symbolizer, store);
    this.#flusher = new Flusher({ session: host.session.id, collector, ledger, store, naming });
  }

  async start(): Promise<void> {
    await this.#parts.collector.start();
    this.#timer = setInterval(() => void this.#flusher.flush(), FLUSH_MS);
  }

  /** Everything sampled before is stored, with its names, when it resolves. */
  async stop(): Promise<void> {
    await this.#parts.collector.stop();
    await this.#flusher.flushWithNames(NAMING_PATIENCE_MS);
    await this.#parts.close();
    // Last: nothing else keeps the process alive while names are waited for.
    clearInterval(this.#timer);
  }

  /** Samples in the collector. */
  get heldSamples(): number {
    const { collector } = this.#parts;
    return this.#host.readings().reduce((sum, { cpu }) => sum + collector.progress(cpu).held, 0);
  }

  /** Samples that the store has not taken yet. */
  get unsentSamples(): number {
    return this.#flusher.unsentSamples;
  }

  /** Samples of processes that no record had told of. */
  get unknownProcesses(): number {
    return this.#parts.collector.walks.unknownProcess;
  }

  /** Why the last append failed; null when it worked. */
  get storeError(): string | null {
    return this.#flusher.lastError;
  }

  conservation(): Conservation {
    return conservationOf(this.#host.readings().map((reading) => this.#flusher.account(reading)));
  }
}
