// A SamplerHost whose one CPU's log is written by the test: numbers of samples that no second of sampling gives.
import type { OpenResult } from '../../src/model/object-source.ts';
import { CLOCK_MONOTONIC, native } from '../../src/collector/native.ts';
import type { CpuReading, DrainBatch, SamplerHost } from '../../src/collector/sampler-host.ts';
import { NO_UNWIND_USAGE } from './fake-sampler-host.ts';
import { logRecord } from './log-writer.ts';

const PERIOD_NS = 10_101_010;
const NO_FILE = { ok: false, reason: 'no-file' } as const;

export class WrittenHost implements SamplerHost {
  readonly session = {
    ...{ id: 'written', bootId: 'boot', hostname: 'host', kernelRelease: '6.1', rateHz: 99, logBytes: 4096 },
  };
  #recorded = 0;
  #log: Buffer[] = [];
  #onDrain: ((batch: DrainBatch) => void) | undefined;

  /** Ticks that the program recorded and that are in the log. */
  record(count: number): void {
    const timeNs = native().clockNs(CLOCK_MONOTONIC);
    for (let i = 0; i < count; i++) {
      this.#log.push(logRecord({ sequence: this.#recorded++, timeNs, pid: 4_000_000, comm: 'written' }));
    }
  }

  /** Ticks that the program recorded and that nobody will read. */
  overwrite(count: number): void {
    this.#recorded += count;
  }

  start(onDrain: (batch: DrainBatch) => void): Promise<void> {
    this.#onDrain = onDrain;
    return Promise.resolve();
  }

  drain(): Promise<void> {
    const bytes = Buffer.concat(this.#log);
    this.#log = [];
    const chunks = bytes.length > 0 ? [{ cpu: 0, source: 'log' as const, bytes }] : [];
    this.#onDrain?.({ readAtNs: native().clockNs(CLOCK_MONOTONIC), chunks, wanted: [] });
    return Promise.resolve();
  }

  readings(): CpuReading[] {
    const counted = { expected: this.#recorded, entries: this.#recorded, recorded: this.#recorded };
    return [{ cpu: 0, ...counted, periodNs: PERIOD_NS, idle: 0, bpfNs: 0, idleNs: 0, losses: {} }];
  }

  stop(): Promise<void> {
    return this.drain();
  }

  close(): void {
    this.#onDrain = undefined;
  }

  setPeriod(): void {
    throw new Error('the period is written in the log');
  }

  loadUnwindTable = (): Promise<boolean> => Promise.resolve(false);
  finishWalk = (): null => null;
  dropWalk = (): void => undefined;
  noUnwindTable = (): void => undefined;
  addProcessCode = (): void => undefined;
  unwindUsage = (): typeof NO_UNWIND_USAGE => NO_UNWIND_USAGE;
  openObject: SamplerHost['openObject'] = () => Promise.resolve(NO_FILE);
  openPerfMap = (): Promise<OpenResult> => Promise.resolve(NO_FILE);
  openDebugFile = (): Promise<OpenResult> => Promise.resolve(NO_FILE);
  openKernelFile = (): Promise<OpenResult> => Promise.resolve(NO_FILE);
  bpfProgramIds = (): Promise<number[]> => Promise.resolve([]);
  openBpfProgram = (): Promise<typeof NO_FILE> => Promise.resolve(NO_FILE);
  processInfo = (): Promise<null> => Promise.resolve(null);
  processes = (): Promise<void> => Promise.resolve();
  cgroupPath = (): Promise<null> => Promise.resolve(null);
  podDirectories = (): Promise<string[]> => Promise.resolve([]);
  usage = (): Promise<{ cpuSeconds: number; rssBytes: number }> =>
    Promise.resolve({ cpuSeconds: 0, rssBytes: 0 });
}
