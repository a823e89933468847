// A SamplerHost made of what a test says: processes, files, cgroups; it delivers the bytes that the test feeds it.
import { closeSync, openSync, statSync, writeFileSync } from 'node:fs';
import type { MissReason } from '../../src/model/frame.ts';
import type { OpenResult } from '../../src/model/object-source.ts';
import type {
  CpuReading,
  DrainBatch,
  DrainChunk,
  FinishedWalk,
  KernelFile,
  ProcMapping,
  ProcSnapshot,
  SamplerHost,
  SamplingSession,
  UnwindUsage,
} from '../../src/collector/sampler-host.ts';

export const FAKE_SESSION: SamplingSession = {
  id: 'session-1',
  bootId: 'boot-1',
  hostname: 'build-7',
  kernelRelease: '6.12.9-amd64',
  rateHz: 99,
  logBytes: 65536,
};

export function cpuReadingOf(cpu: number, counts: Partial<CpuReading> = {}): CpuReading {
  const recorded = counts.recorded ?? 0;
  return {
    cpu,
    expected: recorded,
    periodNs: 10_101_010,
    entries: recorded,
    idle: 0,
    recorded,
    bpfNs: 0,
    idleNs: 0,
    losses: {},
    ...counts,
  };
}

export const NO_UNWIND_USAGE = {
  ...{ arenaBytes: 0, freeBytes: 0, tableBytes: 0, processes: 0, objects: 0, tables: 0 },
  ...{ evictions: 0, crowded: 0, starved: 0, copiedWalks: 0, limitBytes: 0 },
};

/** Paths by `pid`; a path answers for every mapping of the process. */
export class FakeSamplerHost implements SamplerHost {
  readonly session = FAKE_SESSION;
  readonly live = new Map<number, ProcSnapshot>();
  /** What openObject opens, by pid; other processes are gone. */
  readonly mappedFiles = new Map<number, string>();
  /** Perf maps by pid. */
  readonly perfMaps = new Map<number, string>();
  /** By path. */
  readonly debugFiles = new Map<string, string>();
  readonly cgroups = new Map<string, string>();
  pods: string[] = [];
  /** Unwind tables by content, and the code of processes by pid, as the walker was given them. */
  readonly tables = new Map<string, Uint8Array>();
  readonly code = new Map<number, readonly ProcMapping[]>();
  /** What walks that waited for a table give, by number. */
  readonly walks = new Map<number, FinishedWalk>();
  /** Dumps of loaded BPF programs by id: a path each, and the tags of their functions. */
  readonly bpfPrograms = new Map<number, { path: string; tags: string[] }>();
  kernelFiles: Partial<Record<KernelFile, string>> = {};
  counters: CpuReading[] = [];
  readonly periods: number[] = [];
  /** What was asked for, in order. */
  readonly calls: string[] = [];
  /** By the text of a call: how it fails. */
  readonly faults = new Map<string, Error>();
  /** Descriptors handed out and not closed yet. */
  openNow = 0;
  #onDrain: ((batch: DrainBatch) => void) | undefined;

  start(onDrain: (batch: DrainBatch) => void): Promise<void> {
    this.#onDrain = onDrain;
    return Promise.resolve();
  }

  /** One turn of the drain thread. */
  feed(readAtNs: bigint | number, ...chunks: DrainChunk[]): void {
    this.#onDrain!({ readAtNs: BigInt(readAtNs), chunks, wanted: [] });
  }

  /** A walk came through objects without a table. */
  miss(...keys: string[]): void {
    this.#onDrain!({ readAtNs: 0n, chunks: [], wanted: keys });
  }

  loadUnwindTable(key: string, content: string, table: Uint8Array | null): Promise<boolean> {
    const call = `loadUnwindTable ${key} ${content}${table ? ` ${table.length} bytes` : ''}`;
    return this.#asked(call, () => {
      if (table) this.tables.set(content, table);
      return this.tables.has(content);
    });
  }

  noUnwindTable(key: string): void {
    this.calls.push(`noUnwindTable ${key}`);
  }

  finishWalk(number: number): FinishedWalk | null {
    this.calls.push(`finishWalk ${number}`);
    return this.walks.get(number) ?? null;
  }

  dropWalk(number: number): void {
    this.calls.push(`dropWalk ${number}`);
  }

  addProcessCode(pid: number, mappings: readonly ProcMapping[]): void {
    this.code.set(pid, mappings);
  }

  unwindUsage(): UnwindUsage & { limitBytes: number } {
    return NO_UNWIND_USAGE;
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    this.calls.push('close');
  }

  drain(): Promise<void> {
    return Promise.resolve();
  }

  readings(): CpuReading[] {
    return this.counters;
  }

  setPeriod(periodNs: number): void {
    this.periods.push(periodNs);
  }

  openObject(pid: number, mapping: { start: bigint; end: bigint }): Promise<OpenResult> {
    return this.#asked(`openObject ${pid} ${mapping.start.toString(16)}`, () =>
      this.#open(this.mappedFiles.get(pid), 'no-file'),
    );
  }

  openPerfMap(pid: number): Promise<OpenResult> {
    return this.#asked(`openPerfMap ${pid}`, () => this.#open(this.perfMaps.get(pid), 'no-map'));
  }

  openDebugFile(pid: number | null, path: string): Promise<OpenResult> {
    return this.#asked(`openDebugFile ${pid} ${path}`, () =>
      this.#open(this.debugFiles.get(path), 'no-file'),
    );
  }

  openKernelFile(file: KernelFile): Promise<OpenResult> {
    return this.#asked(`openKernelFile ${file}`, () => this.#open(this.kernelFiles[file], 'no-permission'));
  }

  bpfProgramIds(): Promise<number[]> {
    return this.#asked('bpfProgramIds', () => [...this.bpfPrograms.keys()]);
  }

  openBpfProgram(id: number): ReturnType<SamplerHost['openBpfProgram']> {
    return this.#asked(`openBpfProgram ${id}`, () => {
      const program = this.bpfPrograms.get(id);
      const opened = this.#open(program?.path, 'no-file');
      return opened.ok ? { ...opened, bytes: statSync(program!.path).size, tags: program!.tags } : opened;
    });
  }

  processInfo(pid: number): Promise<ProcSnapshot | null> {
    return this.#asked(`processInfo ${pid}`, () => this.live.get(pid) ?? null);
  }

  processes(onProcess: (process: ProcSnapshot) => void): Promise<void> {
    return this.#asked('processes', () => {
      for (const process of this.live.values()) onProcess(process);
    });
  }

  cgroupPath(version: 1 | 2, id: bigint): Promise<string | null> {
    return this.#asked(`cgroupPath ${version} ${id}`, () => this.cgroups.get(`${version}:${id}`) ?? null);
  }

  podDirectories(): Promise<string[]> {
    return this.#asked('podDirectories', () => this.pods);
  }

  usage(): Promise<{ cpuSeconds: number; rssBytes: number }> {
    return Promise.resolve({ cpuSeconds: 0, rssBytes: 0 });
  }

  #asked<T>(call: string, answer: () => T): Promise<T> {
    this.calls.push(call);
    const fault = this.faults.get(call);
    return fault ? Promise.reject(fault) : Promise.resolve(answer());
  }

  #open(path: string | undefined, reason: MissReason): OpenResult {
    if (path === undefined) return { ok: false, reason };
    const fd = openSync(path, 'r');
    this.openNow++;
    return {
      ok: true,
      fd,
      close: () => {
        this.openNow--;
        closeSync(fd);
      },
    };
  }
}

/** A file for `mappedFiles` and `kernelFiles`. */
export function writeText(path: string, text: string): string {
  writeFileSync(path, text);
  return path;
}

export function snapshotOf(pid: number, fields: Partial<ProcSnapshot> = {}): ProcSnapshot {
  return {
    pid,
    startTicks: 100,
    comm: 'prog',
    exe: '/bin/prog',
    uid: 0,
    cgroup: '/',
    mappings: [],
    ...fields,
  };
}
