// Symbolizer: gives names to addresses of code objects, off the main thread.
import type { CodeObject, ObjectId } from '../model/code-object.ts';
import type { Frame, MissReason, SymbolResult } from '../model/frame.ts';
import { MARKER_OBJECT, markerName, MARKERS } from '../model/location.ts';
import type { ObjectSource } from '../model/object-source.ts';
import { Quarantine } from '../worker/quarantine.ts';
import { Slots } from '../worker/slots.ts';
import { WorkerThread, type JobFailure, type JobOutcome } from '../worker/worker-thread.ts';
import type { KernelLayoutResult } from './kernel/kernel-layout.ts';
import {
  MISS_REASONS,
  type Reply,
  type Request,
  type SymbolizeReply,
  type SymbolizeRequest,
  type WorkerSettings,
} from './protocol.ts';

export interface SymbolizerOptions {
  source: ObjectSource;
  /** Load address of a kernel module (/proc/modules) that its objects' addresses count from; null where not known. */
  moduleBase?: (module: string) => bigint | null;
  /** Budget of the indexes kept between jobs, bytes. */
  maxIndexBytes?: number;
  /** The worker ends after so long without work, and its memory returns. */
  idleMs?: number;
  jobTimeoutMs?: number;
  /** The compiled worker. */
  workerUrl?: URL;
  /** Told when the worker died or was replaced; the object's addresses are answered with `bad-format`. */
  onWorkerLost?: (failure: JobFailure, object: CodeObject | null, error?: Error) => void;
}

const DEFAULT_MAX_INDEX_BYTES = 32 << 20;
const DEFAULT_IDLE_MS = 60_000;
const DEFAULT_JOB_TIMEOUT_MS = 20_000;
/** Objects open at once: one being read, the others ready for the worker. */
const MAX_OPEN = 3;

export class Symbolizer {
  private readonly options: SymbolizerOptions;
  private readonly thread: WorkerThread<Request, Reply>;
  private readonly slots = new Slots(MAX_OPEN);
  private readonly quarantine = new Quarantine<ObjectId>();
  private closed = false;

  constructor(options: SymbolizerOptions) {
    this.options = options;
    this.thread = new WorkerThread({
      workerUrl: options.workerUrl ?? defaultWorkerUrl(),
      name: 'symbolizer',
      workerData: {
        maxIndexBytes: options.maxIndexBytes ?? DEFAULT_MAX_INDEX_BYTES,
      } satisfies WorkerSettings,
      idleMs: options.idleMs ?? DEFAULT_IDLE_MS,
      jobTimeoutMs: options.jobTimeoutMs ?? DEFAULT_JOB_TIMEOUT_MS,
    });
  }

  /** True while the worker's thread exists. */
  get workerRunning(): boolean {
    return this.thread.running;
  }

  /** One result per address, in their order; addresses as `object.addressing` counts them. Never rejects. */
  async symbolize(object: CodeObject, addresses: Float64Array | readonly number[]): Promise<SymbolResult[]> {
    if (addresses.length === 0) return [];
    if (object.kind === 'marker') return Array.from(addresses, (address) => markerResult(object, address));
    if (object.kind === 'bpf') return Array.from(addresses, () => bpfResult(object));
    if (this.quarantine.has(object.id)) return misses(addresses.length, 'bad-format');
    return this.slots.use(() => this.symbolizeOpened(object, Float64Array.from(addresses)));
  }

  /** Where the kernel's code lies; `fd` is /proc/kallsyms, which stays the caller's to close. Never rejects. */
  async kernelLayout(fd: number): Promise<KernelLayoutResult> {
    const outcome = await this.slots.use(() =>
      this.thread.run({ type: 'kernel-layout', fd }, () => undefined),
    );
    if (outcome.ok && outcome.reply.type === 'kernel-layout') return outcome.reply.layout;
    this.reportLoss(outcome, null);
    return { ok: false, reason: 'no-file' };
  }

  /** Ends the worker; what is under way is answered with misses. */
  async close(): Promise<void> {
    this.closed = true;
    await this.thread.close();
  }

  private async symbolizeOpened(object: CodeObject, addresses: Float64Array): Promise<SymbolResult[]> {
    // `addresses` is copied to the worker, not moved: its length is needed for the answer.
    const count = addresses.length;
    if (this.closed) return misses(count, 'no-file');
    const opened = await this.open(object);
    if (!opened.ok) return misses(count, opened.reason);
    const { fd } = opened;
    const base = object.kind === 'module' ? (this.options.moduleBase?.(object.path) ?? null) : null;
    const { id, kind, addressing, buildId, path } = object;
    const request: SymbolizeRequest = {
      type: 'symbolize',
      object: { id, kind, addressing, buildId, path },
      base,
      fd,
      addresses,
    };
    const outcome = await this.thread.run(request, () => opened.close());
    if (outcome.ok && outcome.reply.type === 'symbolize') return results(outcome.reply);
    this.reportLoss(outcome, object);
    const lost = !outcome.ok && (outcome.failure === 'crashed' || outcome.failure === 'timeout');
    if (lost) this.quarantine.add(object.id);
    return misses(count, lost ? 'bad-format' : 'no-file');
  }

  private async open(object: CodeObject): ReturnType<ObjectSource['open']> {
    try {
      return await this.options.source.open(object);
    } catch {
      // The source's process is gone, and with it the file: a miss with a reason like any other.
      return { ok: false, reason: 'no-file' };
    }
  }

  private reportLoss(outcome: JobOutcome<Reply>, object: CodeObject | null): void {
    if (!outcome.ok && outcome.failure !== 'closed') {
      this.options.onWorkerLost?.(outcome.failure, object, outcome.error);
    }
  }
}

/** A worker must be JavaScript on Node 20: from sources (tests) the compiled one beside them is taken. */
function defaultWorkerUrl(): URL {
  const compiled = import.meta.url.endsWith('.js');
  return new URL(compiled ? './worker.js' : '../../dist/symbolizer/worker.js', import.meta.url);
}

function results(reply: SymbolizeReply): SymbolResult[] {
  const named = reply.names.map((name): SymbolResult => ({ ok: true, frames: [frameOf(name)] }));
  const missed = MISS_REASONS.map((reason): SymbolResult => ({ ok: false, reason }));
  return Array.from(reply.outcome, (n) => (n >= 0 ? named[n]! : missed[-1 - n]!));
}

function misses(count: number, reason: MissReason): SymbolResult[] {
  return Array.from({ length: count }, () => ({ ok: false, reason }));
}

function frameOf(name: string): Frame {
  return { name, systemName: name, file: '', line: 0, column: 0 };
}

function markerResult(object: CodeObject, address: number): SymbolResult {
  // A newer Pilotlight may know markers that this one does not.
  if (object.id === MARKER_OBJECT.id && address >= MARKERS.length)
    return { ok: false, reason: 'not-covered' };
  return { ok: true, frames: [frameOf(markerName(object, address))] };
}

/** A BPF program's object is one function and carries its name: it is told even after the program is unloaded. */
function bpfResult(object: CodeObject): SymbolResult {
  return object.path === ''
    ? { ok: false, reason: 'no-symbols' }
    : { ok: true, frames: [frameOf(object.path)] };
}
