// The reading side of the kit: drains logs and side bands, reads counters, sets the period. Needs no privilege.
import type { Kit, KitItem } from './kit.ts';
import { cpuOfItem, shardOfItem } from './kit.ts';
import { cpuReading, readExpected } from './cpu-readings.ts';
import { possibleCpuCount } from './kernel-sampler.ts';
import { UnwindArena } from './unwind-arena.ts';
import type { NativeCounters, NativeDrain } from './native.ts';
import { native } from './native.ts';
import type { CpuReading, DrainBatch, SamplingSession } from './sampler-host.ts';

/** How soon a side-band record is seen: a process may live but tens of ms, and its files are best opened while it does. */
export const DEFAULT_DRAIN_INTERVAL_MS = 100;
/**
 * Samples alone can wait: every batch costs a turn of JavaScript. Until then the drain holds what it has read: it reads a
 * log that is an eighth full, and holds up to 4 MiB (native/drain.cc).
 */
const LEISURE_FACTOR = 20;

export interface KernelDrainOptions {
  intervalMs: number;
  /** Where compiled unwind tables lie, by content; empty for nowhere. */
  tableCacheDir: string;
  /** Makes another shard of the arena, and `add`s it before it resolves to true. */
  growArena: () => Promise<boolean>;
  onDrain: (batch: DrainBatch) => void;
}

export class KernelDrain {
  readonly session: SamplingSession;
  readonly #kit: Kit;
  readonly #counters: NativeCounters;
  readonly #drain: NativeDrain;
  readonly unwind: UnwindArena;
  readonly #requests: { number: number; resolve: () => void }[] = [];

  constructor(kit: Kit, { intervalMs, tableCacheDir, growArena, onDrain }: KernelDrainOptions) {
    this.#kit = kit;
    this.session = JSON.parse(kit.get('session')!.text) as SamplingSession;
    this.#counters = new (native().Counters)(kit.get('cpus')!.fd, possibleCpuCount());
    const [processes, objects] = [kit.get('processes')!.fd, kit.get('objects')!.fd];
    const maps = new (native().UnwindMaps)(processes, objects, tableCacheDir);
    this.unwind = new UnwindArena(maps, growArena);
    const leisureMs = intervalMs * LEISURE_FACTOR;
    this.#drain = new (native().Drain)(this.session.logBytes, intervalMs, leisureMs, maps, (batch) => {
      onDrain(batch);
      this.unwind.relieve();
      while (this.#requests[0] && this.#requests[0].number <= batch.request)
        this.#requests.shift()!.resolve();
    });
    for (const item of kit.values()) this.add(item);
    this.#drain.start();
  }

  /** Takes up a new shard, or an item of a CPU that came online (and, at the start, everything). */
  add(item: KitItem): void {
    this.#kit.set(item.name, item);
    const shard = shardOfItem(item.name);
    if (shard !== null) this.unwind.maps.addShard(shard, item.fd);
    const log = cpuOfItem(item.name, 'log');
    if (log !== null) this.#drain.addLog(log, item.fd);
    const sideband = cpuOfItem(item.name, 'sideband');
    if (sideband !== null) this.#drain.addSideband(sideband, item.fd);
  }

  /** Lets go of an item of a CPU that went offline. Its log stays: what it holds is still to be read. */
  drop(name: string): void {
    const cpu = cpuOfItem(name, 'sideband');
    if (cpu !== null) this.#drain.removeSideband(cpu);
    this.#kit.delete(name);
  }

  /** Resolves when everything recorded before the call has been delivered. */
  drain(): Promise<void> {
    return new Promise((resolve) => this.#requests.push({ number: this.#drain.request(), resolve }));
  }

  readings(): CpuReading[] {
    const readings: CpuReading[] = [];
    for (const item of this.#kit.values()) {
      const cpu = cpuOfItem(item.name, 'log');
      if (cpu === null) continue;
      const bytes = this.#counters.read(cpu);
      const event = this.#kit.get(`event.${cpu}`);
      readings.push(cpuReading(cpu, bytes, event ? native().readEnabledNs(event.fd) : 0n));
    }
    return readings.sort((a, b) => a.cpu - b.cpu);
  }

  /** Closes each CPU's account under the old period and goes on with the new one. */
  setPeriod(periodNs: number): void {
    const addon = native();
    for (const item of this.#kit.values()) {
      const cpu = cpuOfItem(item.name, 'event');
      if (cpu === null) continue;
      const enabledNs = addon.readEnabledNs(item.fd);
      const expected = readExpected(this.#counters.read(cpu), enabledNs);
      addon.setEventPeriod(item.fd, BigInt(periodNs));
      this.#counters.setAccount(cpu, BigInt(expected), enabledNs, BigInt(periodNs));
    }
  }

  /** Drains a last time, then ends the thread. */
  async stop(): Promise<void> {
    await this.drain();
    this.#drain.stop();
  }
}
