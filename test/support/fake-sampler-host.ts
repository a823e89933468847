// A SamplerHost made of what a test says: processes, files, cgroups; it delivers the bytes that the test feeds it.
import { closeSync, openSync, writeFileSync } from 'node:fs';
import type { MissReason } from '../../src/model/frame.ts';
import type { OpenResult } from '../../src/model/object-source.ts';
import type {
  CpuReading,
  DrainBatch,
  DrainChunk,
  KernelFile,
  ProcSnapshot,
  SamplerHost,
  SamplingSession,
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

/** Paths by `pid`; a path answers for every mapping of the process. */
export class FakeSamplerHost implements SamplerHost {
  readonly session = FAKE_SESSION;
  readonly live = new Map<number, ProcSnapshot>();
  /** What openObject opens, by pid; other processes are gone. */
  readonly mappedFiles = new Map<number, string>();
  readonly cgroups = new Map<string, string>();
  pods: string[] = [];
  kernelFiles: Partial<Record<KernelFile, string>> = {};
  counters: CpuReading[] = [];
  readonly periods: number[] = [];
  /** What was asked for, in order. */
  readonly calls: string[] = [];
  /** Descriptors handed out and not closed yet. */
  openNow = 0;
  #onDrain: ((batch: DrainBatch) => void) | undefined;

  start(onDrain: (batch: DrainBatch) => void): Promise<void> {
    this.#onDrain = onDrain;
    return Promise.resolve();
  }

  /** One turn of the drain thread. */
  feed(readAtNs: bigint | number, ...chunks: DrainChunk[]): void {
    this.#onDrain!({ readAtNs: BigInt(readAtNs), chunks });
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
    this.calls.push(`openObject ${pid} ${mapping.start.toString(16)}`);
    return Promise.resolve(this.#open(this.mappedFiles.get(pid), 'no-file'));
  }

  openPerfMap(pid: number): Promise<OpenResult> {
    this.calls.push(`openPerfMap ${pid}`);
    return Promise.resolve({ ok: false, reason: 'no-map' });
  }

  openKernelFile(file: KernelFile): Promise<OpenResult> {
    this.calls.push(`openKernelFile ${file}`);
    return Promise.resolve(this.#open(this.kernelFiles[file], 'no-permission'));
  }

  processInfo(pid: number): Promise<ProcSnapshot | null> {
    this.calls.push(`processInfo ${pid}`);
    return Promise.resolve(this.live.get(pid) ?? null);
  }

  processes(onProcess: (process: ProcSnapshot) => void): Promise<void> {
    this.calls.push('processes');
    for (const process of this.live.values()) onProcess(process);
    return Promise.resolve();
  }

  cgroupPath(version: 1 | 2, id: bigint): Promise<string | null> {
    this.calls.push(`cgroupPath ${version} ${id}`);
    return Promise.resolve(this.cgroups.get(`${version}:${id}`) ?? null);
  }

  podDirectories(): Promise<string[]> {
    this.calls.push('podDirectories');
    return Promise.resolve(this.pods);
  }

  usage(): Promise<{ cpuSeconds: number; rssBytes: number }> {
    return Promise.resolve({ cpuSeconds: 0, rssBytes: 0 });
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
