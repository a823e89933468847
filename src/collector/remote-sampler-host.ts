// SamplerHost in the service: drains through the descriptors it was handed, asks the sampler for the rest.
import { closeSync } from 'node:fs';
import type { OpenResult } from '../model/object-source.ts';
import { DrainingHost } from './draining-host.ts';
import type { KernelDrain } from './kernel-drain.ts';
import { DEFAULT_DRAIN_INTERVAL_MS } from './kernel-drain.ts';
import type { Kit, KitItem } from './kit.ts';
import { decodeKitItem, shardOfItem } from './kit.ts';
import type { NativeChannel } from './native.ts';
import { native } from './native.ts';
import { SamplerClient, SamplerUnavailable } from './sampler-client.ts';
import type { DrainBatch, KernelFile, ProcSnapshot, SamplerHost, SamplingSession } from './sampler-host.ts';

/** Descriptors that the launcher gives each child. */
export const LAUNCHER_FD = 3;
export const PAIR_FD = 4;

/** Receives the kit from the launcher, and later changes to it (the service) or answers (the sampler). */
export class KitReceiver {
  readonly #channel: NativeChannel;
  readonly #kit: Kit = new Map();
  #onChange: ((text: string, fds: number[]) => void) | undefined;
  /** `attach`: for a sampler, whether it is to attach and to end then. */
  readonly complete: Promise<{ kit: Kit; attach: boolean }>;

  constructor(fd = LAUNCHER_FD) {
    let finish: (received: { kit: Kit; attach: boolean }) => void;
    this.complete = new Promise((resolve) => (finish = resolve));
    this.#channel = new (native().Channel)(fd, (bytes, fds) => {
      if (!bytes) return;
      const text = bytes.toString();
      if (this.#onChange) return this.#onChange(text, fds);
      if (text === 'E' || text === 'E attach') return finish({ kit: this.#kit, attach: text !== 'E' });
      const item = decodeKitItem(bytes, fds);
      this.#kit.set(item.name, item);
    });
  }

  onChange(handler: (text: string, fds: number[]) => void): void {
    this.#onChange = handler;
  }

  /** To the launcher (the sampler's side). */
  send(text: Buffer, fds: readonly number[] = []): void {
    this.#channel.send(text, fds, true);
  }

  close(): void {
    this.#channel.close();
  }
}

export class RemoteSamplerHost extends DrainingHost implements SamplerHost {
  readonly session: SamplingSession;
  readonly #kit: Kit;
  readonly #receiver: KitReceiver;
  readonly #client: SamplerClient;
  readonly #tableCacheDir: string;
  /** Called when the shard that was asked for has come. */
  #onShard: (() => void) | undefined;

  /** `tableCacheDir`: where compiled unwind tables lie, by content. */
  constructor(kit: Kit, receiver: KitReceiver, tableCacheDir: string, pairFd = PAIR_FD) {
    super();
    this.#kit = kit;
    this.#tableCacheDir = tableCacheDir;
    this.#receiver = receiver;
    this.#client = new SamplerClient(pairFd);
    this.session = JSON.parse(kit.get('session')!.text) as SamplingSession;
  }

  start(onDrain: (batch: DrainBatch) => void): Promise<void> {
    const drain = this.startDrain(this.#kit, {
      intervalMs: DEFAULT_DRAIN_INTERVAL_MS,
      tableCacheDir: this.#tableCacheDir,
      growArena: () => this.#growArena(),
      onDrain,
    });
    this.#receiver.onChange((text, fds) => {
      if (text.startsWith('K ')) this.#add(decodeKitItem(Buffer.from(text), fds), drain);
      if (text.startsWith('D ')) this.#drop(text.slice(2), drain);
    });
    return Promise.resolve();
  }

  #add(item: KitItem, drain: KernelDrain): void {
    drain.add(item);
    if (shardOfItem(item.name) !== null) this.#onShard?.();
  }

  /** The sampler makes the shard; it comes by way of the launcher, which keeps it for the next service. */
  async #growArena(): Promise<boolean> {
    const come = new Promise<void>((resolve) => (this.#onShard = resolve));
    try {
      if (!(await this.#client.call('growArena', {}))) return false;
    } catch (error) {
      if (error instanceof SamplerUnavailable) return false;
      throw error;
    }
    await come;
    return true;
  }

  /** The descriptors of a CPU that went away are ours to close. */
  #drop(name: string, drain: KernelDrain): void {
    const fd = this.#kit.get(name)?.fd ?? -1;
    drain.drop(name);
    if (fd >= 0) closeSync(fd);
  }

  close(): void {
    this.#client.close();
    this.#receiver.close();
  }

  openObject(pid: number, mapping: { start: bigint; end: bigint }): Promise<OpenResult> {
    const { start, end } = mapping;
    return this.#client.open('openObject', { pid, start: start.toString(), end: end.toString() });
  }

  openPerfMap(pid: number): Promise<OpenResult> {
    return this.#client.open('openPerfMap', { pid });
  }

  openDebugFile(pid: number | null, path: string): Promise<OpenResult> {
    return this.#client.open('openDebugFile', { pid, path });
  }

  openKernelFile(file: KernelFile): Promise<OpenResult> {
    return this.#client.open('openKernelFile', { file });
  }

  bpfProgramIds(): Promise<number[]> {
    return this.#client.call('bpfProgramIds', {});
  }

  openBpfProgram(id: number): ReturnType<SamplerHost['openBpfProgram']> {
    return this.#client.openBpfProgram(id);
  }

  async processInfo(pid: number): Promise<ProcSnapshot | null> {
    let whole: ProcSnapshot | null = null;
    await this.#client.stream('processInfo', { pid }, (part) => {
      if (whole) whole.mappings.push(...part.mappings);
      else whole = part;
    });
    return whole;
  }

  async processes(onProcess: (process: ProcSnapshot) => void): Promise<void> {
    // Pieces of one process follow each other.
    const open: ProcSnapshot[] = [];
    await this.#client.stream('processes', {}, (part) => {
      const last = open[0];
      if (last?.pid === part.pid && last.startTicks === part.startTicks) {
        last.mappings.push(...part.mappings);
        return;
      }
      if (last) onProcess(last);
      open[0] = part;
    });
    open.forEach(onProcess);
  }

  cgroupPath(version: 1 | 2, id: bigint): Promise<string | null> {
    return this.#client.call('cgroupPath', { version, id: id.toString() });
  }

  podDirectories(): Promise<string[]> {
    return this.#client.call('podDirectories', {});
  }

  usage(): Promise<{ cpuSeconds: number; rssBytes: number }> {
    return this.#client.call('usage', {});
  }
}
