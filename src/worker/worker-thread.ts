// WorkerThread: the life of a worker thread. Started when there is work, replaced when it dies or takes too long,
// ended when idle.
import { Worker } from 'node:worker_threads';
import { READY } from './ready.ts';

export interface WorkerThreadOptions {
  workerUrl: URL;
  /** Of the thread, as debuggers and `top -H` show it. */
  name: string;
  /** Handed to the worker at its start. */
  workerData?: unknown;
  idleMs: number;
  /** A job that takes longer loses its worker. */
  jobTimeoutMs: number;
}

/**
 * - `crashed`: the worker ended (out of memory, a fault of ours); `timeout`: it took too long.
 * - `not-started`: the worker ended before it was ready, whatever the request.
 * - `busy`: too many workers hang in a read that does not return.
 */
export type JobFailure = 'crashed' | 'not-started' | 'timeout' | 'busy' | 'closed';
export type JobOutcome<Reply> =
  { ok: true; reply: Reply } | { ok: false; failure: JobFailure; error?: Error };

interface Job<Request, Reply> {
  request: Request;
  settle: (outcome: JobOutcome<Reply>) => void;
  /** Called once the worker surely no longer uses the request's descriptor. */
  released: () => void;
}

/**
 * JS objects only: typed arrays are outside of V8's heap, bounded by the readers' caps. The young generation is kept
 * small because a worker otherwise grows it to 48 MB.
 */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4, stackSizeMb: 2 };
/** Workers that were told to end and have not: their thread is inside a read (a dead network file system). */
const MAX_HANGING = 2;

/** Its worker posts READY once, and then one reply per request. */
export class WorkerThread<Request, Reply> {
  private readonly options: WorkerThreadOptions;
  private readonly queue: Job<Request, Reply>[] = [];
  private worker: Worker | undefined;
  private current: Job<Request, Reply> | undefined;
  private jobTimer: NodeJS.Timeout | undefined;
  private idleTimer: NodeJS.Timeout | undefined;
  private hanging = 0;
  private closed = false;

  constructor(options: WorkerThreadOptions) {
    this.options = options;
  }

  /** True while a thread exists. */
  get running(): boolean {
    return this.worker !== undefined;
  }

  /** Never rejects. Requests are answered one at a time, in order. */
  run(request: Request, released: () => void): Promise<JobOutcome<Reply>> {
    return new Promise((settle) => {
      this.queue.push({ request, settle, released });
      this.next();
    });
  }

  /** Jobs under way end with `closed`. */
  async close(): Promise<void> {
    this.closed = true;
    const waiting = this.queue.splice(0);
    for (const job of waiting) finish(job, { ok: false, failure: 'closed' });
    await this.abandon({ ok: false, failure: 'closed' });
  }

  private next(): void {
    if (this.current !== undefined) return;
    const job = this.queue.shift();
    if (job === undefined) {
      this.rest();
    } else if (this.closed || this.hanging >= MAX_HANGING) {
      finish(job, { ok: false, failure: this.closed ? 'closed' : 'busy' });
      this.next();
    } else {
      this.dispatch(job);
    }
  }

  private dispatch(job: Job<Request, Reply>): void {
    clearTimeout(this.idleTimer);
    this.current = job;
    const worker = (this.worker ??= this.start());
    worker.ref();
    this.jobTimer = setTimeout(() => {
      void this.abandon({ ok: false, failure: 'timeout' });
    }, this.options.jobTimeoutMs);
    worker.postMessage(job.request);
  }

  private start(): Worker {
    const { workerUrl, workerData, name } = this.options;
    const worker = new Worker(workerUrl, {
      workerData,
      resourceLimits: RESOURCE_LIMITS,
      name,
      // Options of the process, such as a test runner's loader or --inspect, are not for the worker.
      execArgv: [],
    });
    let ready = false;
    worker.on('message', (message: Reply | typeof READY) => {
      if (message === READY) ready = true;
      else if (worker === this.worker) this.done({ ok: true, reply: message });
    });
    let cause: Error | undefined;
    worker.on('error', (error: Error) => {
      cause = error;
    });
    worker.on('exit', () => {
      // One that was abandoned has been replaced already.
      if (worker !== this.worker) return;
      this.worker = undefined;
      const failure = ready ? 'crashed' : 'not-started';
      this.done({ ok: false, failure, ...(cause === undefined ? {} : { error: cause }) });
    });
    return worker;
  }

  private done(outcome: JobOutcome<Reply>): void {
    clearTimeout(this.jobTimer);
    const job = this.current;
    this.current = undefined;
    if (job !== undefined) finish(job, outcome);
    this.next();
  }

  /** The current job ends at once; its descriptor is released when the thread has ended. */
  private async abandon(outcome: JobOutcome<Reply>): Promise<void> {
    const { worker, current } = this;
    clearTimeout(this.jobTimer);
    clearTimeout(this.idleTimer);
    this.worker = undefined;
    this.current = undefined;
    current?.settle(outcome);
    if (worker === undefined) return;
    this.hanging++;
    const ended = worker.terminate();
    worker.unref();
    this.next();
    await ended;
    this.hanging--;
    current?.released();
    this.next();
  }

  private rest(): void {
    const { worker } = this;
    if (worker === undefined) return;
    // An idle worker must not keep the process alive.
    worker.unref();
    clearTimeout(this.idleTimer);
    this.idleTimer = setTimeout(
      () => void this.abandon({ ok: false, failure: 'closed' }),
      this.options.idleMs,
    );
    this.idleTimer.unref();
  }
}

function finish<Reply>(job: Job<unknown, Reply>, outcome: JobOutcome<Reply>): void {
  job.released();
  job.settle(outcome);
}
