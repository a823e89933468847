// The walker's memory as the collector sees it: loads tables, asks for more room while the budget lasts, then evicts.
import type { NativeUnwindMaps } from './native.ts';
import { native } from './native.ts';
import type { UnwindUsage } from './sampler-host.ts';

/** What was evicted may be written to again after a second: a walk may still be reading it. */
const EVICTION_MS = 1200;
const MAX_EVICTIONS = 5;
/** Less free than this and another shard is asked for before it is needed: an exec waits for nobody. */
const RESERVE_BYTES = 256 * 1024;

export class UnwindArena {
  readonly maps: NativeUnwindMaps;
  readonly #grow: () => Promise<boolean>;
  /** Loading is one after the other: two that grow the arena at once would grow it twice. */
  #work: Promise<unknown> = Promise.resolve();
  #full = false;
  #relieving = false;

  /** `grow` resolves when the shard has been added to `maps`, or to false where there may be no more. */
  constructor(maps: NativeUnwindMaps, grow: () => Promise<boolean>) {
    this.maps = maps;
    this.#grow = grow;
  }

  /** See `SamplerHost.loadUnwindTable`. */
  load(key: string, content: string, table: Uint8Array | null): Promise<boolean> {
    if (this.maps.attach(key, content)) return Promise.resolve(true);
    if (!table) return Promise.resolve(false);
    const loaded = this.#work.then(() => this.#load(key, content, table));
    this.#work = loaded.catch(() => undefined);
    return loaded;
  }

  /** Makes room for mappings that found none. */
  relieve(): void {
    if (this.#relieving || this.#full || this.maps.usage().starved === 0) return;
    this.#relieving = true;
    const grown = this.#work.then(() => this.#growOnce());
    this.#work = grown.catch(() => undefined).finally(() => (this.#relieving = false)); // the sampler is away: later
  }

  usage(): UnwindUsage & { limitBytes: number } {
    const addon = native();
    return { ...this.maps.usage(), limitBytes: addon.arenaShardBytes * addon.arenaMaxShards };
  }

  async #load(key: string, content: string, table: Uint8Array): Promise<boolean> {
    for (let evictions = 0; evictions <= MAX_EVICTIONS;) {
      const result = this.maps.load(key, content, table, this.#full);
      if (result === 'loaded') {
        if (this.maps.usage().freeBytes < RESERVE_BYTES) await this.#growOnce();
        return true;
      }
      if (result === 'malformed') return false;
      if (!this.#full) await this.#growOnce();
      else if (++evictions <= MAX_EVICTIONS)
        await new Promise((done) => setTimeout(done, EVICTION_MS).unref());
    }
    return false;
  }

  async #growOnce(): Promise<void> {
    this.#full ||= !(await this.#grow());
  }
}
