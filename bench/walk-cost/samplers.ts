// Our program and the same with the kernel's helper in the place of the walk, both attached at the same time.
import { join } from 'node:path';
import type { Collector } from '../../src/collector/collector.ts';
import { Ledger } from '../../src/collector/ledger.ts';
import type { LocalSamplerOptions } from '../../src/collector/local-sampler-host.ts';
import { LocalSamplerHost } from '../../src/collector/local-sampler-host.ts';
import type { DrainBatch } from '../../src/collector/sampler-host.ts';
import { namingCollector } from '../../src/daemon/naming-collector.ts';
import { compileBpfObject } from '../lib/bpf-object.ts';
import type { CostSample } from './tap.ts';
import { CostTap } from './tap.ts';

export const RATE_HZ = 99;
/** Nearly the same, so that both find the caches equally cold: the two ticks drift through all phases of each other. */
export const PEER_RATE_HZ = 98;
const LOG_BYTES = 2 ** 20;
const TAKE_EVERY_MS = 1000;

class TappedHost extends LocalSamplerHost {
  readonly tap = new CostTap();

  constructor(options: Partial<LocalSamplerOptions>) {
    super({ rateHz: RATE_HZ, logBytes: LOG_BYTES, ...options });
  }

  override start(onDrain: (batch: DrainBatch) => void): Promise<void> {
    return super.start((batch) => {
      this.tap.see(batch);
      onDrain(batch);
    });
  }
}

export interface CostPair {
  ours: CostSample[];
  peer: CostSample[];
}

export class Samplers {
  readonly #ours: TappedHost;
  readonly #peer: TappedHost;
  readonly #collector: Collector;
  readonly #close: () => Promise<void>;
  readonly #taking: NodeJS.Timeout;

  private constructor(ours: TappedHost, peer: TappedHost, tableCacheDir: string) {
    this.#ours = ours;
    this.#peer = peer;
    // Attributes nothing: it is here for the tables, which are compiled as the daemon's are.
    const parts = { host: ours, ledger: new Ledger(), followedOnly: true, tableCacheDir };
    const { collector, close } = namingCollector(parts);
    this.#collector = collector;
    this.#close = close;
    this.#taking = setInterval(() => void collector.take(), TAKE_EVERY_MS);
  }

  static async start(folder: string): Promise<Samplers> {
    const objectPath = compileBpfObject(join(folder, 'kernel-helper.o'), ['-DPL_KERNEL_HELPER']);
    const tableCacheDir = join(folder, 'unwind-tables');
    const ours = new TappedHost({ tableCacheDir });
    const peer = new TappedHost({ objectPath, rateHz: PEER_RATE_HZ });
    const samplers = new Samplers(ours, peer, tableCacheDir);
    await samplers.#collector.start();
    await peer.start(() => undefined);
    return samplers;
  }

  follow(pid: number): void {
    this.#ours.tap.follow(pid);
    this.#peer.tap.follow(pid);
  }

  /** Everything of what was followed, which has ended. */
  async take(): Promise<CostPair> {
    await this.#collector.drain();
    await this.#peer.drain();
    return { ours: this.#ours.tap.take(), peer: this.#peer.tap.take() };
  }

  async stop(): Promise<void> {
    clearInterval(this.#taking);
    const awake = setInterval(() => undefined, TAKE_EVERY_MS); // a drain under way keeps no event loop alive
    await this.#collector.stop();
    await this.#peer.stop();
    await this.#close();
    clearInterval(awake);
    this.#ours.close();
    this.#peer.close();
  }
}
