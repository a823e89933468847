// Sampling in this process with the parts of the daemon: real BPF program, real collector, real store.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Collector } from '../../src/collector/collector.ts';
import { logBytesFor } from '../../src/collector/kernel-sampler.ts';
import { Ledger } from '../../src/collector/ledger.ts';
import type { LocalSamplerOptions } from '../../src/collector/local-sampler-host.ts';
import { LocalSamplerHost } from '../../src/collector/local-sampler-host.ts';
import type { SamplerHost } from '../../src/collector/sampler-host.ts';
import { Flusher } from '../../src/daemon/flusher.ts';
import { namingCollector } from '../../src/daemon/naming-collector.ts';
import { Naming } from '../../src/daemon/naming.ts';
import type { Conservation, CpuAccount } from '../../src/model/conservation.ts';
import { conservationOf } from '../../src/model/conservation.ts';
import type { LabelName } from '../../src/model/selector.ts';
import type { StackTable } from '../../src/model/stack-table.ts';
import { openStore } from '../../src/store/duckdb-store.ts';
import type { ProfileStore } from '../../src/store/profile-store.ts';

export interface SamplingParts {
  host: SamplerHost;
  store: ProfileStore;
  ledger: Ledger;
  tableCacheDir: string | null;
}

/** One run of the service: what reads a host's samples and stores them. Ends without closing host and store. */
export class ServiceRun {
  readonly host: SamplerHost;
  readonly store: ProfileStore;
  readonly ledger: Ledger;
  readonly collector: Collector;
  readonly flusher: Flusher;
  readonly #closeNaming: () => Promise<void>;

  private constructor({ host, store, ledger, tableCacheDir }: SamplingParts) {
    this.host = host;
    this.store = store;
    this.ledger = ledger;
    const { collector, symbolizer, close } = namingCollector({
      ...{ host, ledger, tableCacheDir },
      tablePatienceMs: 10_000, // tests wait for what they look at
    });
    this.collector = collector;
    this.#closeNaming = close;
    const naming = new Naming(symbolizer, store);
    this.flusher = new Flusher({ session: host.session.id, collector, ledger, store, naming });
  }

  static async start(parts: SamplingParts): Promise<ServiceRun> {
    const run = new ServiceRun(parts);
    await run.collector.start();
    return run;
  }

  /** Stores and names everything recorded so far. */
  async flush(): Promise<void> {
    await this.collector.drain();
    await this.flusher.flushWithNames(10_000);
  }

  conservation(): Conservation {
    return conservationOf(this.host.readings().map((reading) => this.flusher.account(reading)));
  }

  async stop(): Promise<void> {
    await this.collector.stop();
    await this.#closeNaming();
  }
}

const EVERYTHING = { fromMs: 0, untilMs: 8.64e15 };

export class Sampling {
  readonly host: LocalSamplerHost;
  readonly store: ProfileStore;
  run: ServiceRun;
  readonly #dataDir: string;
  #closed = false;
  readonly #newLedger: new (...args: ConstructorParameters<typeof Ledger>) => Ledger;

  private constructor(
    host: LocalSamplerHost,
    store: ProfileStore,
    run: ServiceRun,
    dataDir: string,
    newLedger: typeof Ledger,
  ) {
    this.host = host;
    this.store = store;
    this.run = run;
    this.#dataDir = dataDir;
    this.#newLedger = newLedger;
  }

  static async start(options: Partial<LocalSamplerOptions> = {}, newLedger = Ledger): Promise<Sampling> {
    // First: it refuses options that make no sense, and then there is nothing to clear away.
    const rateHz = options.rateHz ?? 99;
    const host = new LocalSamplerHost({ rateHz, logBytes: logBytesFor(rateHz), ...options });
    const dataDir = await mkdtemp(join(tmpdir(), 'pilotlight-sampling-'));
    const store = await openStore({ dataDir, memoryLimitBytes: 128e6, hostLabel: 'test' });
    const tableCacheDir = join(dataDir, 'unwind-tables');
    const run = await ServiceRun.start({ host, store, ledger: new newLedger(), tableCacheDir });
    return new Sampling(host, store, run, dataDir, newLedger);
  }

  flush(): Promise<void> {
    return this.run.flush();
  }

  conservation(): Conservation {
    return this.run.conservation();
  }

  account(cpu: number): CpuAccount {
    const account = this.conservation().perCpu.find((each) => each.cpu === cpu);
    if (!account) throw new Error(`CPU ${cpu} has no account`);
    return account;
  }

  /** What the present run of the service holds is lost, as if it had been killed; another one takes over. */
  async restartService(): Promise<void> {
    await this.run.stop();
    const saved = await this.store.ledger(this.host.session.id);
    this.run = await ServiceRun.start({
      host: this.host,
      store: this.store,
      ledger: new this.#newLedger(saved),
      tableCacheDir: join(this.#dataDir, 'unwind-tables'),
    });
  }

  /** Of everything stored. */
  stacks(selector: Partial<Record<LabelName, string>> = {}, groupBy?: LabelName): Promise<StackTable> {
    const matchers = Object.entries(selector).map(([label, value]) => ({
      label: label as LabelName,
      op: '=' as const,
      value,
    }));
    return this.store.stacks(matchers, EVERYTHING, groupBy);
  }

  /** Samples stored by value of a label. */
  async countsBy(label: LabelName): Promise<Map<string, number>> {
    const { values, hidden } = await this.store.labelValues(label, [], EVERYTHING, 100_000);
    if (hidden > 0) throw new Error(`${hidden} values of ${label} were cut`);
    return new Map(values.map(({ value, count }) => [value, count]));
  }

  /** May be called again. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.run.stop();
    this.host.close();
    await this.store.close();
    rmSync(this.#dataDir, { recursive: true, force: true });
  }
}

export function total(account: CpuAccount[], of: (cpu: CpuAccount) => number): number {
  return account.reduce((sum, cpu) => sum + of(cpu), 0);
}

/** Ids of the BPF maps of a kind (enum bpf_map_type) and size of which this process holds a descriptor. */
export function ownMapIds(type: number, entries: number): number[] {
  return readdirSync('/proc/self/fdinfo').flatMap((fd) => {
    const info = readFdInfo(fd);
    const id = /^map_id:\s*(\d+)$/m.exec(info)?.[1];
    const has = (field: string, value: number): boolean =>
      new RegExp(`^${field}:\\s*${value}$`, 'm').test(info);
    return id !== undefined && has('map_type', type) && has('max_entries', entries) ? [Number(id)] : [];
  });
}

/** Empty for a descriptor that was closed since the folder was listed: the listing's own. */
function readFdInfo(fd: string): string {
  try {
    return readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8');
  } catch {
    return '';
  }
}
