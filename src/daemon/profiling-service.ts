// The running service: collects, names, stores, governs the rate, and tells its state.
import { availableParallelism } from 'node:os';
import { conservationOf } from '../model/conservation.ts';
import type { Conservation } from '../model/conservation.ts';
import { VERSION } from '../cli/version.ts';
import type { Collector } from '../collector/collector.ts';
import { Governor } from '../collector/governor.ts';
import { Ledger } from '../collector/ledger.ts';
import type { SamplerHost } from '../collector/sampler-host.ts';
import type { RunningService } from '../server/service.ts';
import type { StatusBody } from '../server/status.ts';
import type { DebugFileServers } from '../symbolizer/companion-opener.ts';
import type { Symbolizer } from '../symbolizer/symbolizer.ts';
import type { ProfileStore, UpkeepPolicy } from '../store/profile-store.ts';
import { Flusher, MAX_UNSENT_SAMPLES } from './flusher.ts';
import { namingCollector } from './naming-collector.ts';
import { NamingAgain } from './naming-again.ts';
import { Naming } from './naming.ts';
import { OverheadMeter } from './overhead-meter.ts';
import { Upkeep } from './upkeep.ts';

/** Samples are stored at least every 5 s; the rest is for the storing itself, up to a second right after a start. */
const FLUSH_MS = 4000;
const GOVERNOR_MS = 10_000;
/** Share of the host's CPU time that sampling may take before the rate is lowered. */
const CPU_BUDGET = 0.01;
/** How long an answer waits for names; what is not named by then shows its object. */
const NAMING_PATIENCE_MS = 10_000;

export interface ServiceParts {
  host: SamplerHost;
  store: ProfileStore;
  /** Where compiled unwind tables are kept. */
  tableCacheDir: string;
  /** Where debug files come from that this host does not have; null: from nowhere. */
  debugFiles: DebugFileServers | null;
  /** Where large sections of debug files lie while they are decompressed. */
  spillDirectory: string;
  /** How long what is kept. */
  policy: UpkeepPolicy;
}

export class ProfilingService implements RunningService {
  readonly sampling = true;
  readonly collector: Collector;
  readonly #parts: ServiceParts;
  readonly #flusher: Flusher;
  readonly #symbolizer: Symbolizer;
  readonly #naming: Naming;
  readonly #namingAgain: NamingAgain;
  readonly #closeNaming: () => Promise<void>;
  readonly #governor: Governor;
  readonly #upkeep: Upkeep;
  readonly #overhead: OverheadMeter;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #startedMs = Date.now();

  private constructor(parts: ServiceParts, ledger: Ledger) {
    this.#parts = parts;
    const { host, store, tableCacheDir, debugFiles, spillDirectory } = parts;
    const { collector, symbolizer, close } = namingCollector({
      ...{ host, ledger, tableCacheDir, debugFiles, spillDirectory },
      onDebugFile: ({ id }) => this.#namingAgain.want(id),
    });
    this.collector = collector;
    this.#symbolizer = symbolizer;
    this.#closeNaming = close;
    this.#naming = new Naming(symbolizer, store);
    this.#namingAgain = new NamingAgain({ symbolizer, store, busy: () => this.#naming.busy });
    const session = host.session.id;
    this.#flusher = new Flusher({ session, collector, ledger, store, naming: this.#naming });
    this.#upkeep = new Upkeep({
      store,
      policy: parts.policy,
      forgetDefinitions: () => this.#flusher.forgetDefinitions(),
      tell: (line) => console.error(`pilotlight: ${line}`),
    });
    this.#overhead = new OverheadMeter(host, collector);
    this.#governor = new Governor({
      rateHz: host.session.rateHz,
      budget: CPU_BUDGET,
      cpus: availableParallelism(),
      setPeriod: (periodNs) => host.setPeriod(periodNs),
    });
  }

  static async start(parts: ServiceParts): Promise<ProfilingService> {
    const { host, store } = parts;
    const service = new ProfilingService(parts, new Ledger(await store.ledger(host.session.id)));
    await service.collector.start();
    // An earlier service may have slowed the rate; this one's governor begins anew.
    const periodNs = Math.round(1e9 / host.session.rateHz);
    if (host.readings().some((reading) => reading.periodNs !== periodNs)) host.setPeriod(periodNs);
    service.#naming.addUnnamed();
    service.#namingAgain.start();
    service.#upkeep.start();
    service.#timers.push(
      setInterval(() => void service.#flusher.flush(), FLUSH_MS),
      setInterval(() => void service.#govern(), GOVERNOR_MS),
    );
    await service.#govern();
    return service;
  }

  async flush(): Promise<void> {
    await this.collector.drain();
    await this.#flusher.flushWithNames(NAMING_PATIENCE_MS);
  }

  async prototype(name: string): Promise<string | null> {
    const [found] = await this.#symbolizer.prototypes([name]);
    return found ?? null;
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    // Its step ends when the store is closed; samples are stored first.
    void this.#upkeep.stop();
    await this.#namingAgain.stop();
    await this.collector.stop();
    await this.#flusher.flushWithNames(NAMING_PATIENCE_MS);
    await this.#closeNaming();
    this.#parts.host.close();
  }

  conservation(): Conservation {
    return conservationOf(this.#parts.host.readings().map((reading) => this.#flusher.account(reading)));
  }

  async status(): Promise<StatusBody> {
    const { session } = this.#parts.host;
    const { configuredHz, inForceHz, reason } = this.#governor.state;
    const { rawForMs, retentionMs, retentionBytes } = this.#parts.policy;
    return {
      sampling: true,
      conservation: this.conservation(),
      walks: { ...this.collector.walks },
      overhead: await this.#overhead.report(),
      rate: { configuredHz, inForceHz, ...(reason === undefined ? {} : { reason }) },
      budgets: this.#budgets(),
      retention: { rawForMs, retentionMs, retentionBytes },
      host: {
        name: session.hostname,
        kernel: session.kernelRelease,
        cpus: availableParallelism(),
        bootId: session.bootId,
        version: VERSION,
        startedMs: this.#startedMs,
      },
    };
  }

  #budgets(): NonNullable<StatusBody['budgets']> {
    const { share, inForceHz, configuredHz } = this.#governor.state;
    const slowed = inForceHz < configuredHz ? { stepDown: `${inForceHz} Hz` } : {};
    const refused = this.#flusher.lastError === null ? {} : { stepDown: this.#flusher.lastError };
    return {
      unwindTables: this.#unwindBudget(),
      samplingCpu: { used: share, limit: CPU_BUDGET, unit: 'share of the host', ...slowed },
      unsentSamples: {
        used: this.#flusher.unsentSamples,
        limit: MAX_UNSENT_SAMPLES,
        unit: 'samples',
        ...refused,
      },
    };
  }

  #unwindBudget(): NonNullable<StatusBody['budgets']>[string] {
    const { arenaBytes, freeBytes, limitBytes, evictions } = this.#parts.host.unwindUsage();
    const evicted = evictions === 0 ? {} : { stepDown: `${evictions} tables evicted` };
    return { used: arenaBytes - freeBytes, limit: limitBytes, unit: 'bytes', ...evicted };
  }

  async #govern(): Promise<void> {
    const { samplingCpuNs } = await this.#overhead.turn();
    this.#governor.turn(samplingCpuNs, performance.now());
  }
}
