// TableCompiler: compiles unwind tables off the main thread.
import { WorkerThread, type JobFailure } from '../worker/worker-thread.ts';
import type { CompileReply, CompileRequest } from './protocol.ts';

export interface TableCompilerOptions {
  /** The worker ends after so long without work, and its memory returns. */
  idleMs?: number;
  jobTimeoutMs?: number;
  /** The compiled worker. */
  workerUrl?: URL;
  /** Told when the worker died or was replaced. */
  onWorkerLost?: (failure: JobFailure, error?: Error) => void;
}

export type CompilerReply = CompileReply | { ok: false; reason: JobFailure };

const DEFAULT_IDLE_MS = 30_000;
/** libLLVM takes a third of a second on a quiet machine; this one may be at full load on one slow CPU. */
const DEFAULT_JOB_TIMEOUT_MS = 30_000;

export class TableCompiler {
  private readonly thread: WorkerThread<CompileRequest, CompileReply>;
  private readonly onWorkerLost: TableCompilerOptions['onWorkerLost'];

  constructor(options: TableCompilerOptions = {}) {
    this.onWorkerLost = options.onWorkerLost;
    this.thread = new WorkerThread({
      workerUrl: options.workerUrl ?? defaultWorkerUrl(),
      name: 'unwind-tables',
      idleMs: options.idleMs ?? DEFAULT_IDLE_MS,
      jobTimeoutMs: options.jobTimeoutMs ?? DEFAULT_JOB_TIMEOUT_MS,
    });
  }

  /** True while the worker's thread exists. */
  get workerRunning(): boolean {
    return this.thread.running;
  }

  /**
   * Reads the file behind `fd`, which has to stay open until `released` is called: after the answer, when the worker
   * was too slow. Never rejects.
   */
  async compile(fd: number, released: () => void): Promise<CompilerReply> {
    const outcome = await this.thread.run({ fd }, released);
    if (outcome.ok) return outcome.reply;
    if (outcome.failure !== 'closed') this.onWorkerLost?.(outcome.failure, outcome.error);
    return { ok: false, reason: outcome.failure };
  }

  /** What is under way ends with `closed`. */
  async close(): Promise<void> {
    await this.thread.close();
  }
}

/** A worker must be JavaScript on Node 20: from sources (tests) the compiled one beside them is taken. */
function defaultWorkerUrl(): URL {
  const compiled = import.meta.url.endsWith('.js');
  return new URL(compiled ? '../unwind/worker.js' : '../../dist/unwind/worker.js', import.meta.url);
}
