// SamplerHost in this process: for `record` and tests. Needs the privileges itself.
import { closeSync } from 'node:fs';
import type { OpenResult } from '../model/object-source.ts';
import * as access from './host-access.ts';
import { DEFAULT_DRAIN_INTERVAL_MS, KernelDrain } from './kernel-drain.ts';
import type { KernelSamplerOptions } from './kernel-sampler.ts';
import { KernelSampler } from './kernel-sampler.ts';
import { readProcess } from './proc.ts';
import type { DrainBatch, KernelFile, SamplerHost, SamplingSession } from './sampler-host.ts';
import type { CpuReading, FinishedWalk, ProcMapping, ProcSnapshot, UnwindUsage } from './sampler-host.ts';

function openResult(opened: access.Opened): OpenResult {
  return opened.ok ? { ok: true, fd: opened.fd, close: () => closeSync(opened.fd) } : opened;
}

export interface LocalSamplerOptions extends KernelSamplerOptions {
  /** How often the drain thread reads; tests stop it by a long interval. */
  drainIntervalMs?: number;
  /** Where compiled unwind tables lie by build id. */
  tableCacheDir?: string;
}

export class LocalSamplerHost implements SamplerHost {
  readonly session: SamplingSession;
  readonly #sampler: KernelSampler;
  readonly #intervalMs: number;
  readonly #tableCacheDir: string;
  #drain: KernelDrain | undefined;
  #hotplug: NodeJS.Timeout | undefined;

  /** Loads and attaches at once: ticks from here on are in the logs. Throws the addon's error. */
  constructor(options: LocalSamplerOptions) {
    this.#sampler = KernelSampler.load(options);
    this.#intervalMs = options.drainIntervalMs ?? DEFAULT_DRAIN_INTERVAL_MS;
    this.#tableCacheDir = options.tableCacheDir ?? '';
    this.session = this.#sampler.session;
  }

  start(onDrain: (batch: DrainBatch) => void): Promise<void> {
    const growArena = (): Promise<boolean> => Promise.resolve(this.#growArena());
    const [intervalMs, tableCacheDir] = [this.#intervalMs, this.#tableCacheDir];
    this.#drain = new KernelDrain(this.#sampler.kit, { intervalMs, tableCacheDir, growArena, onDrain });
    this.#hotplug = setInterval(() => this.syncCpus(), HOTPLUG_POLL_MS);
    this.#hotplug.unref();
    return Promise.resolve();
  }

  syncCpus(): void {
    const { kept, dropped } = this.#sampler.syncCpus();
    for (const name of dropped) this.#drain?.drop(name);
    for (const item of kept) this.#drain?.add(item);
  }

  async stop(): Promise<void> {
    clearInterval(this.#hotplug);
    await this.#drain?.stop();
  }

  close(): void {
    this.#sampler.close();
  }

  drain(): Promise<void> {
    return this.#started().drain();
  }

  readings(): CpuReading[] {
    return this.#started().readings();
  }

  setPeriod(periodNs: number): void {
    this.#started().setPeriod(periodNs);
  }

  loadUnwindTable(key: string, content: string, table: Uint8Array | null): Promise<boolean> {
    return this.#started().unwind.load(key, content, table);
  }

  noUnwindTable(key: string): void {
    this.#started().unwind.maps.markWithout(key);
  }

  finishWalk(number: number): FinishedWalk | null {
    return this.#started().unwind.maps.finishWalk(number);
  }

  dropWalk(number: number): void {
    this.#started().unwind.maps.dropWalk(number);
  }

  addProcessCode(pid: number, mappings: readonly ProcMapping[]): void {
    this.#started().unwind.maps.addProcess(pid, mappings);
  }

  unwindUsage(): UnwindUsage & { limitBytes: number } {
    return this.#started().unwind.usage();
  }

  openObject(pid: number, mapping: { start: bigint; end: bigint }): Promise<OpenResult> {
    return Promise.resolve(openResult(access.openMappedFile(pid, mapping.start, mapping.end)));
  }

  openPerfMap(pid: number): Promise<OpenResult> {
    return Promise.resolve(openResult(access.openPerfMap(pid)));
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
    if (shard) this.#drain?.add(shard);
    return shard !== null;
  }

  #started(): KernelDrain {
    if (!this.#drain) throw new Error('the sampler host has not been started');
    return this.#drain;
  }
}

/** CPUs come and go rarely; a read of one small file a second finds them. */
export const HOTPLUG_POLL_MS = 1000;
