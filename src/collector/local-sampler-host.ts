// SamplerHost in this process: for `record` and tests. Needs the privileges itself.
import { closeSync } from 'node:fs';
import type { OpenResult } from '../model/object-source.ts';
import { DrainingHost } from './draining-host.ts';
import * as access from './host-access.ts';
import { DEFAULT_DRAIN_INTERVAL_MS } from './kernel-drain.ts';
import type { KernelSamplerOptions } from './kernel-sampler.ts';
import { KernelSampler } from './kernel-sampler.ts';
import { readProcess } from './proc.ts';
import type { DrainBatch, KernelFile, ProcSnapshot, SamplerHost, SamplingSession } from './sampler-host.ts';

function openResult(opened: access.Opened): OpenResult {
  return opened.ok ? { ok: true, fd: opened.fd, close: () => closeSync(opened.fd) } : opened;
}

export interface LocalSamplerOptions extends KernelSamplerOptions {
  /** How often the drain thread reads; tests stop it by a long interval. */
  drainIntervalMs?: number;
  /** Where compiled unwind tables lie, by content. */
  tableCacheDir?: string;
}

export class LocalSamplerHost extends DrainingHost implements SamplerHost {
  readonly session: SamplingSession;
  readonly #sampler: KernelSampler;
  readonly #intervalMs: number;
  readonly #tableCacheDir: string;
  #hotplug: NodeJS.Timeout | undefined;

  /** Loads and attaches at once: ticks from here on are in the logs. Throws the addon's error. */
  constructor(options: LocalSamplerOptions) {
    super();
    this.#sampler = KernelSampler.load(options);
    this.#intervalMs = options.drainIntervalMs ?? DEFAULT_DRAIN_INTERVAL_MS;
    this.#tableCacheDir = options.tableCacheDir ?? '';
    this.session = this.#sampler.session;
  }

  start(onDrain: (batch: DrainBatch) => void): Promise<void> {
    const growArena = (): Promise<boolean> => Promise.resolve(this.#growArena());
    const [intervalMs, tableCacheDir] = [this.#intervalMs, this.#tableCacheDir];
    this.startDrain(this.#sampler.kit, { intervalMs, tableCacheDir, growArena, onDrain });
    this.#hotplug = setInterval(() => this.syncCpus(), HOTPLUG_POLL_MS);
    this.#hotplug.unref();
    return Promise.resolve();
  }

  syncCpus(): void {
    const { kept, dropped } = this.#sampler.syncCpus();
    for (const name of dropped) this.kernelDrain?.drop(name);
    for (const item of kept) this.kernelDrain?.add(item);
  }

  override async stop(): Promise<void> {
    clearInterval(this.#hotplug);
    await super.stop();
  }

  close(): void {
    this.#sampler.close();
  }

  openObject(pid: number, mapping: { start: bigint; end: bigint }): Promise<OpenResult> {
    return Promise.resolve(openResult(access.openMappedFile(pid, mapping.start, mapping.end)));
  }

  openPerfMap(pid: number): Promise<OpenResult> {
    return Promise.resolve(openResult(access.openPerfMap(pid)));
  }

  openDebugFile(pid: number | null, path: string): Promise<OpenResult> {
    return Promise.resolve(openResult(access.openDebugFile(pid, path)));
  }

  openKernelFile(file: KernelFile): Promise<OpenResult> {
    return Promise.resolve(openResult(access.openKernelFile(file)));
  }

  bpfProgramIds(): Promise<number[]> {
    return Promise.resolve(access.bpfProgramIds());
  }

  openBpfProgram(id: number): ReturnType<SamplerHost['openBpfProgram']> {
    const opened = access.openBpfProgram(id);
    return Promise.resolve(opened.ok ? { ...opened, close: () => closeSync(opened.fd) } : opened);
  }

  processInfo(pid: number): Promise<ProcSnapshot | null> {
    return Promise.resolve(readProcess(pid));
  }

  processes(onProcess: (process: ProcSnapshot) => void): Promise<void> {
    return access.scanProcesses(onProcess);
  }

  cgroupPath(version: 1 | 2, id: bigint): Promise<string | null> {
    return Promise.resolve(access.cgroupPath(version, id));
  }

  podDirectories(): Promise<string[]> {
    return Promise.resolve(access.podDirectories());
  }

  usage(): Promise<{ cpuSeconds: number; rssBytes: number }> {
    return Promise.resolve({ cpuSeconds: 0, rssBytes: 0 }); // the caller's own process
  }

  #growArena(): boolean {
    const shard = this.#sampler.growArena();
    if (shard) this.kernelDrain?.add(shard);
    return shard !== null;
  }
}

/** CPUs come and go rarely; a read of one small file a second finds them. */
export const HOTPLUG_POLL_MS = 1000;
