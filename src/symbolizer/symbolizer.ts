// Symbolizer: gives names to addresses of code objects, off the main thread.
import { fstatSync } from 'node:fs';
import type { CodeObject, ObjectId } from '../model/code-object.ts';
import type { Frame, MissReason, SymbolResult } from '../model/frame.ts';
import { MARKER_OBJECT, markerName, MARKERS } from '../model/location.ts';
import type { ObjectSource, OpenedObject, OpenResult } from '../model/object-source.ts';
import { Quarantine } from '../worker/quarantine.ts';
import { Slots } from '../worker/slots.ts';
import { WorkerThread, type JobFailure, type JobOutcome } from '../worker/worker-thread.ts';
import { resultsOf } from './chain-columns.ts';
import { CompanionOpener, type DebugFileServers } from './companion-opener.ts';
import { debugFileByBuildId } from './debug-files/companions.ts';
import type { KernelLayoutResult } from './kernel/kernel-layout.ts';
import type { Reply, Request, SymbolizeReply, SymbolizeRequest, WorkerSettings } from './protocol.ts';

export interface SymbolizerOptions {
  source: ObjectSource;
  /** Load address of a kernel module (/proc/modules) that its objects' addresses count from; null where not known. */
  moduleBase?: (module: string) => bigint | null;
  /** Where debug files come from that this host does not have; null: from nowhere. */
  servers?: DebugFileServers | null;
  /** How long a look-up waits for a server. */
  serverPatienceMs?: number;
  /** A debug file has come too late for the look-up that asked for it: the object can be named again. */
  onDebugFile?: (object: CodeObject) => void;
  /** Addresses of the object hold other code now than when they were named: what is sampled from now on is another's. */
  onCodeReplaced?: (object: CodeObject) => void;
  /** Budget of the indexes kept between jobs, bytes. */
  maxIndexBytes?: number;
  /** Where large sections of debug files lie while they are decompressed; temporary files, else. */
  spillDirectory?: string | undefined;
  /** The worker ends after so long without work, and its memory returns. */
  idleMs?: number;
  jobTimeoutMs?: number;
  /** The compiled worker. */
  workerUrl?: URL;
  /** Told when the worker died or was replaced; the object's addresses are answered with `bad-format`. */
  onWorkerLost?: (failure: JobFailure, object: CodeObject | null, error?: Error) => void;
}

const DEFAULT_MAX_INDEX_BYTES = 48 << 20;
const DEFAULT_IDLE_MS = 60_000;
const DEFAULT_JOB_TIMEOUT_MS = 20_000;
const DEFAULT_SERVER_PATIENCE_MS = 200;
/** Objects open at once: one being read, the others ready for the worker. */
const MAX_OPEN = 3;
/** An object's debug file, its supplement and package, then split units by dozens. */
const MAX_ROUNDS = 72;
/** Part of `namesVersion`: raised when the same files give better names than before. */
const READERS_VERSION = 2;

export class Symbolizer {
  private readonly options: SymbolizerOptions;
  private readonly thread: WorkerThread<Request, Reply>;
  private readonly companions: CompanionOpener;
  private readonly slots = new Slots(MAX_OPEN);
  private readonly quarantine = new Quarantine<ObjectId>();
  private closed = false;

  constructor(options: SymbolizerOptions) {
    this.options = options;
    this.companions = new CompanionOpener({
      source: options.source,
      servers: options.servers ?? null,
      patienceMs: options.serverPatienceMs ?? DEFAULT_SERVER_PATIENCE_MS,
      onArrival: (object) => options.onDebugFile?.(object),
    });
    this.thread = new WorkerThread({
      workerUrl: options.workerUrl ?? defaultWorkerUrl(),
      name: 'symbolizer',
      workerData: {
        maxIndexBytes: options.maxIndexBytes ?? DEFAULT_MAX_INDEX_BYTES,
        spillDirectory: options.spillDirectory,
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
    if (this.quarantine.has(object.id)) return misses(addresses.length, 'bad-format');
    const results = await this.slots.use(() => this.symbolizeOpened(object, Float64Array.from(addresses)));
    if (object.kind === 'bpf') return results.map((result) => (result.ok ? result : bpfResult(object)));
    return object.kind === 'jit' ? this.fromPerfMap(object, addresses, results) : results;
  }

  /**
   * What could name the object now: differs from an earlier one when its file or its debug file has come, gone or
   * changed. Nothing is read. Null where nothing can be opened. Never rejects. Whoever is told looks for files that were
   * missing as well.
   */
  async namesVersion(object: CodeObject): Promise<string | null> {
    this.companions.lookAgain(object);
    const stamps: string[] = [];
    const opened = await this.slots.use(() => this.open(object, () => this.options.source.open(object)));
    if (opened.ok) {
      const { size, mtimeMs } = fstatSync(opened.fd);
      stamps.push(`${size}:${mtimeMs}`);
      opened.close();
    }
    const debugFiles = [
      ...(debugFileByBuildId(object.buildId)?.paths ?? []),
      ...this.companions.debugFilePaths(object),
    ];
    for (const path of new Set(debugFiles)) {
      const companion = await this.options.source.openCompanion(object, path).catch(() => null);
      if (companion?.ok !== true) continue;
      stamps.push(companion.stamp);
      companion.close();
    }
    return stamps.length === 0 ? null : [READERS_VERSION, ...stamps].join('|');
  }

  /** C declarations of kernel functions by name; null where there is none. Never rejects. */
  async prototypes(names: string[]): Promise<(string | null)[]> {
    const none = names.map(() => null);
    const opened = await this.openOrMiss(() => this.options.source.openKernelTypes());
    if (!opened.ok) return none;
    const outcome = await this.slots.use(() =>
      this.thread.run({ type: 'prototypes', fd: opened.fd, names }, () => opened.close()),
    );
    if (outcome.ok && outcome.reply.type === 'prototypes') return outcome.reply.prototypes;
    this.reportLoss(outcome, null);
    return none;
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

  /** Asked again with what the readers of the object want to have beside it, until they want nothing more. */
  private async symbolizeOpened(object: CodeObject, addresses: Float64Array): Promise<SymbolResult[]> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      if (this.closed) break;
      const opened = await this.open(object, () => this.options.source.open(object));
      if (!opened.ok) return misses(addresses.length, opened.reason);
      const outcome = await this.ask(object, opened, addresses);
      if (!outcome.ok) return misses(addresses.length, this.lost(outcome, object));
      const { reply } = outcome;
      if (reply.type === 'symbolize') return this.resultsOf(object, reply);
      if (reply.type !== 'companions') break;
      this.companions.remember(object, reply.wanted);
    }
    return misses(addresses.length, 'no-file');
  }

  private async ask(
    object: CodeObject,
    opened: OpenedObject,
    addresses: Float64Array,
  ): Promise<JobOutcome<Reply>> {
    const companions = await this.companions.open(object);
    const base = object.kind === 'module' ? (this.options.moduleBase?.(object.path) ?? null) : null;
    const { id, kind, addressing, buildId, path } = object;
    const request: SymbolizeRequest = {
      type: 'symbolize',
      object: { id, kind, addressing, buildId, path },
      base,
      fd: opened.fd,
      addresses,
      companions: companions.answers,
    };
    return this.thread.run(request, () => {
      opened.close();
      companions.close();
    });
  }

  private resultsOf(object: CodeObject, { columns, codeReplaced }: SymbolizeReply): SymbolResult[] {
    if (codeReplaced) this.options.onCodeReplaced?.(object);
    return resultsOf(columns);
  }

  /** A jitdump may lag behind the perf map that the same process writes. */
  private async fromPerfMap(
    object: CodeObject,
    addresses: Float64Array | readonly number[],
    results: SymbolResult[],
  ): Promise<SymbolResult[]> {
    const missed = results.flatMap(({ ok }, i) => (ok ? [] : [i]));
    if (missed.length === 0) return results;
    const opened = await this.openOrMiss(() => this.options.source.openPerfMap(object));
    if (!opened.ok) return results;
    // An object of its own: the worker keeps what it read of each file.
    const map = { ...object, id: (object.id ^ 1n) as ObjectId };
    const wanted = Float64Array.from(missed, (i) => addresses[i]!);
    const outcome = await this.slots.use(() => this.ask(map, opened, wanted));
    if (!outcome.ok || outcome.reply.type !== 'symbolize') return results;
    const found = this.resultsOf(object, outcome.reply);
    missed.forEach((i, at) => {
      if (found[at]!.ok) results[i] = found[at]!;
    });
    return results;
  }

  /** The object's own file, or the debug file of its build where that is gone: it has the same addresses. */
  private async open(object: CodeObject, own: () => Promise<OpenResult>): Promise<OpenResult> {
    const opened = await this.openOrMiss(own);
    if (opened.ok || object.kind !== 'elf' || object.addressing !== 'elf') return opened;
    for (const path of debugFileByBuildId(object.buildId)?.paths ?? []) {
      const debugFile = await this.openOrMiss(() => this.options.source.openCompanion(object, path));
      if (debugFile.ok) return debugFile;
    }
    return opened;
  }

  private async openOrMiss(open: () => Promise<OpenResult>): Promise<OpenResult> {
    try {
      return await open();
    } catch {
      // The source's process is gone, and with it the file: a miss with a reason like any other.
      return { ok: false, reason: 'no-file' };
    }
  }

  private lost(outcome: JobOutcome<Reply>, object: CodeObject): MissReason {
    this.reportLoss(outcome, object);
    const lost = !outcome.ok && (outcome.failure === 'crashed' || outcome.failure === 'timeout');
    if (lost) this.quarantine.add(object.id);
    return lost ? 'bad-format' : 'no-file';
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
  return new URL(compiled ? '../symbolizer/worker.js' : '../../dist/symbolizer/worker.js', import.meta.url);
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
