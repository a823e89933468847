// The collector: decodes what the drain brings, merges samples and side band in time order, attributes each
// sample to its process and mapping, and hands out ProfileBatches.
import type { ObjectId } from '../model/code-object.ts';
import type { ProcessId } from '../model/process.ts';
import type { ProfileBatch } from '../model/profile-batch.ts';
import type { WalkEnd } from '../model/walk-end.ts';
import { WALK_BY_POINTER, WALK_ENDS } from '../model/walk-end.ts';
import type { AddressSpace } from './address-space.ts';
import type { AttributedStack } from './attribution.ts';
import { attribute, LOST_STACK, resolveStack } from './attribution.ts';
import { BatchBuilder, Definitions } from './batch-builder.ts';
import { isJitdump } from './jit-files.ts';
import type { KernelLayoutReader } from './kernel-addresses.ts';
import { KernelAddresses } from './kernel-addresses.ts';
import type { Ledger } from './ledger.ts';
import {
  CLOCK_BOOTTIME,
  CLOCK_MONOTONIC,
  CLOCK_REALTIME,
  CLOCK_THREAD_CPUTIME_ID,
  native,
} from './native.ts';
import type { ElfLayoutReader } from './object-ref.ts';
import { ObjectRegistry } from './object-registry.ts';
import { ProcessLabels } from './process-labels.ts';
import type { ProcessImage } from './process-table.ts';
import { isFilePath, ProcessTable } from './process-table.ts';
import type { RawSample } from './sample-decoder.ts';
import { SampleDecoder } from './sample-decoder.ts';
import type { DrainBatch, FinishedWalk, ProcSnapshot, SamplerHost } from './sampler-host.ts';
import type { SidebandEvent } from './sideband.ts';
import { decodeSideband } from './sideband.ts';
import { StackCache } from './stack-cache.ts';
import type { UnwindTableReader } from './unwind-loader.ts';
import { codeKey, UnwindLoader } from './unwind-loader.ts';

/** A record is stamped at its tick and published within microseconds: what is older than this is complete. */
const HOLD_BACK_NS = 10e6;
/** Between two looks at /proc for what the side band lost, or at the list of modules. */
const RESYNC_MS = 10_000;
/** Samples are to be stored within seconds. */
const TABLE_PATIENCE_MS = 1500;
/** Attributed samples that may wait to be taken (some 200 bytes each); more are a named loss. */
const MAX_WAITING = 200_000;

export interface CollectorOptions {
  host: SamplerHost;
  ledger: Ledger;
  readElfLayout: ElfLayoutReader;
  readKernelLayout: KernelLayoutReader;
  readUnwindTable: UnwindTableReader;
  /** How long `take` waits for unwind tables that are being compiled, ms. */
  tablePatienceMs?: number;
  /** Keep only the samples of processes named to `follow`, and of their descendants. */
  followedOnly?: boolean;
}

/** How the walks of user stacks ended, and what was special about samples; each sample counts once among the ends. */
export type WalkCounts = Record<
  WalkEnd | 'kernelThread' | 'lostStack' | 'byPointer' | 'unknownProcess',
  number
>;

function noWalks(): WalkCounts {
  const ends = Object.fromEntries(WALK_ENDS.map((end) => [end, 0])) as Record<WalkEnd, number>;
  return { ...ends, kernelThread: 0, lostStack: 0, byPointer: 0, unknownProcess: 0 };
}

type MappingEvent = SidebandEvent & { type: 'mmap' };

interface Attributed {
  sample: RawSample;
  /** Of the process when the sample was taken: a later exec makes another. */
  image: ProcessImage;
  stack: AttributedStack;
  /** Set while the stack's walk waits for an unwind table: what was mapped when the sample was taken. */
  waitingIn: AddressSpace | null;
}

export interface TakenBatch {
  batch: ProfileBatch;
  /** Samples in it, by CPU. */
  perCpu: Map<number, number>;
}

type TimedEvent = { timeNs: number } & ({ sample: RawSample } | { event: SidebandEvent });

export class Collector {
  readonly registry: ObjectRegistry;
  readonly walks: WalkCounts = noWalks();
  /** CPU time of this thread spent on samples, ns. */
  busyNs = 0;
  readonly #options: CollectorOptions;
  readonly kernel = new KernelAddresses();
  readonly #unwind: UnwindLoader;
  readonly #processes: ProcessTable;
  readonly #labels: ProcessLabels;
  readonly #decoders = new Map<number, SampleDecoder>();
  readonly #stacks = new StackCache();
  readonly #definitions = new Definitions();
  /** Decoded, waiting for what other CPUs recorded at the same time. */
  #held: TimedEvent[] = [];
  #attributed: Attributed[] = [];
  #taking: Attributed[] = [];
  /** Samples in these lists, by CPU: counted as they come and go, since there may be 200,000 of 128 CPUs. */
  readonly #inside = new Map<number, number>();
  /** Until the kernel's code and the running processes are known, nothing is attributed: it would be `[unknown]`. */
  #started = false;
  #resyncedAtMs = 0;
  #lostSeen = 0;

  constructor(options: CollectorOptions) {
    this.#options = options;
    this.registry = new ObjectRegistry(options.host, options.readElfLayout);
    this.#unwind = new UnwindLoader(options.host, this.registry, options.readUnwindTable);
    this.#processes = new ProcessTable(this.registry, (key, ref) => this.#unwind.note(key, ref));
    this.#labels = new ProcessLabels(options.host);
  }

  /** Starts draining, then looks at /proc: what happens between the two is in the side band. */
  async start(): Promise<void> {
    const { host } = this.#options;
    await host.start((batch) => this.#onDrain(batch));
    await this.kernel.load(host, this.#options.readKernelLayout);
    await this.registry.bpf.addLoaded();
    await host.processes((process) => this.#addSnapshot(process));
    this.#started = true;
  }

  /** Everything recorded before the call is in the batches taken after it resolves. */
  async drain(): Promise<void> {
    // The drain's clock must be past the records' stamps by the hold-back time to release them.
    await new Promise((resolve) => setTimeout(resolve, HOLD_BACK_NS / 1e6 + 5));
    await this.#options.host.drain();
  }

  async stop(): Promise<void> {
    await this.#options.host.stop();
    this.#release(Infinity);
  }

  /**
   * Attributed samples as a batch, or null when there are none. Objects not looked at yet are opened first.
   * `onTaken` is called in the turn in which the samples leave the collector, so that they are counted once.
   */
  async take(onTaken?: (taken: TakenBatch) => void): Promise<TakenBatch | null> {
    await this.#resync();
    if (this.#attributed.length === 0) return null;
    this.#taking = this.#attributed;
    this.#attributed = [];
    try {
      await this.#finishWalks(this.#taking);
      await this.#loadObjects(this.#taking);
      const batch = await this.#build(this.#taking);
      const taken = { batch, perCpu: countByCpu(this.#taking) };
      this.#taking = [];
      for (const [cpu, count] of taken.perCpu) this.#countInside(cpu, -count);
      onTaken?.(taken);
      return taken;
    } catch (error) {
      this.#attributed = this.#taking.concat(this.#attributed);
      this.#taking = [];
      this.forgetDefinitions(); // those of the batch that was being built
      throw error;
    }
  }

  /** The batch that was taken last will never be stored: what it defined must be defined again. */
  forgetDefinitions(): void {
    this.#definitions.clear();
  }

  /** Per CPU: records decoded, and samples that are in the collector. */
  progress(cpu: number): { consumed: number | null; held: number } {
    return { consumed: this.#decoders.get(cpu)?.next ?? null, held: this.#inside.get(cpu) ?? 0 };
  }

  /**
   * Other code has come to stand where that of a process was named: samples from now on are of another object, whose
   * addresses are named anew.
   */
  renewJit(object: ObjectId): void {
    this.#processes.renewJit(object);
  }

  /** With `followedOnly`: keeps this process's samples from now on, and those of the processes it forks. */
  follow(pid: number): void {
    this.#processes.follow(pid);
  }

  #addSnapshot(snapshot: ProcSnapshot): void {
    this.#processes.addSnapshot(snapshot);
    this.#options.host.addProcessCode(snapshot.pid, snapshot.mappings);
  }

  #onDrain(drained: DrainBatch): void {
    const started = threadCpuNs();
    for (const key of drained.wanted) this.#unwind.missed(key);
    for (const chunk of drained.chunks) {
      if (chunk.source === 'sideband') {
        decodeSideband(chunk.bytes, (event) => {
          this.#held.push({ timeNs: event.timeNs, event });
          if (event.type === 'mmap') this.#openSoon(event);
          if (event.type === 'bpf-load') this.registry.bpf.add(event.id);
        });
      } else {
        this.#decodeLog(chunk.cpu, chunk.bytes);
      }
    }
    if (this.#started) this.#release(Number(drained.readAtNs) - HOLD_BACK_NS);
    this.busyNs += threadCpuNs() - started;
  }

  #decodeLog(cpu: number, bytes: Uint8Array): void {
    let decoder = this.#decoders.get(cpu);
    if (!decoder) {
      decoder = new SampleDecoder(cpu);
      this.#decoders.set(cpu, decoder);
    }
    const { ledger } = this.#options;
    decoder.decode(
      bytes,
      (sample) => {
        this.#held.push({ timeNs: sample.timeNs, sample });
        this.#countInside(cpu, 1);
      },
      (expected, found) => {
        // Before the first record: what an earlier service had taken from the log and not stored.
        if (expected === null) ledger.lose(cpu, 'serviceDown', found - ledger.settled(cpu));
        else ledger.lose(cpu, 'logGap', found - expected);
      },
    );
  }

  /** Attributes everything stamped up to `untilNs`, in time order. */
  #release(untilNs: number): void {
    this.#held.sort((a, b) => a.timeNs - b.timeNs);
    let count = 0;
    while (count < this.#held.length && this.#held[count]!.timeNs <= untilNs) {
      const item = this.#held[count++]!;
      if ('sample' in item) this.#attribute(item.sample);
      else this.#applySideband(item.event);
    }
    this.#held = this.#held.slice(count);
  }

  #applySideband(event: SidebandEvent): void {
    if (event.type === 'bpf-load') return; // taken up when it was decoded
    if (event.type === 'ksymbol') {
      if (!event.unregister) this.kernel.addBpf(event.name, event.address, BigInt(event.length));
      return;
    }
    this.#processes.apply(event);
  }

  /** Before its turn in the order of time: the process may be gone in a few ms. */
  #openSoon({ path, file, pid, start, end }: MappingEvent): void {
    if (!isFilePath(path) || isJitdump(path)) return;
    const key = codeKey(path, file);
    this.#unwind.note(key, this.registry.refOf(path, file, pid, start, end));
    this.#unwind.want(key);
  }

  #attribute(sample: RawSample): void {
    if (this.#attributed.length >= MAX_WAITING) {
      this.#options.ledger.lose(sample.cpu, 'collectorFull', 1);
      return this.#drop(sample);
    }
    let process = this.#processes.find(sample.pid, sample.startNs);
    if (!process) {
      this.walks.unknownProcess++;
      process = this.#processes.addUnknown(sample.pid, sample.startNs, sample.threadName);
      this.#askProc(sample.pid);
    }
    if (this.#options.followedOnly && !process.followed) return this.#drop(sample);
    const { image, space } = process;
    if (sample.stack && sample.stack.pending !== null) {
      this.#attributed.push({ sample, image, stack: LOST_STACK, waitingIn: space.snapshot() });
      return;
    }
    this.#countWalk(sample);
    const stack = sample.stack
      ? this.#stacks.get(sample.stack, process, () => attribute(sample.stack!, space, this.kernel))
      : LOST_STACK;
    this.#attributed.push({ sample, image, stack, waitingIn: null });
  }

  #drop({ cpu, stack }: RawSample): void {
    this.#countInside(cpu, -1);
    if (stack && stack.pending !== null) this.#options.host.dropWalk(stack.pending);
  }

  #countInside(cpu: number, by: number): void {
    this.#inside.set(cpu, (this.#inside.get(cpu) ?? 0) + by);
  }

  /** Stacks that met an object without a table are walked again, now that it has been compiled (or cannot be). */
  async #finishWalks(items: readonly Attributed[]): Promise<void> {
    const waiting = items.filter(({ waitingIn }) => waitingIn !== null);
    if (waiting.length > 0) await this.#unwind.settled(this.#options.tablePatienceMs ?? TABLE_PATIENCE_MS);
    for (const item of waiting) {
      const { sample } = item;
      const walk = this.#options.host.finishWalk(sample.stack!.pending!);
      if (walk) finishStack(sample, walk);
      this.#countWalk(sample);
      const { space } = item.image.process;
      // Nothing was known of the process then: what /proc has said since is the best that there is.
      const then = item.waitingIn!.mappings.length > 0 ? item.waitingIn! : space;
      item.stack = attribute(sample.stack!, then, this.kernel);
      item.waitingIn = null;
    }
  }

  /** The side band said nothing of this process: /proc may, for the samples to come. */
  #askProc(pid: number): void {
    void this.#options.host.processInfo(pid).then(
      (snapshot) => {
        if (snapshot) this.#addSnapshot(snapshot);
      },
      () => undefined, // the sampler is being restarted; a later sample asks again
    );
  }

  #countWalk({ stack, walk }: RawSample): void {
    this.walks[WALK_ENDS[walk & ~WALK_BY_POINTER] ?? 'badFrame']++;
    if ((walk & WALK_BY_POINTER) !== 0) this.walks.byPointer++;
    if (!stack) this.walks.lostStack++;
    else if (stack.kthread) this.walks.kernelThread++;
  }

  async #resync(): Promise<void> {
    const now = performance.now();
    const { lostRecords } = this.#processes;
    if (now - this.#resyncedAtMs < RESYNC_MS) return;
    const { host, readKernelLayout } = this.#options;
    if (lostRecords > this.#lostSeen) {
      this.#resyncedAtMs = now;
      await host.processes((process) => this.#addSnapshot(process));
      this.#lostSeen = lostRecords; // not where the sampler did not answer: then it is asked again
    }
    if (this.kernel.takeMissed()) {
      this.#resyncedAtMs = now;
      await this.kernel.load(host, readKernelLayout);
    }
  }

  async #loadObjects(items: readonly Attributed[]): Promise<void> {
    const refs = new Set(items.flatMap((item) => [...item.stack.refs]));
    await Promise.all([...refs].filter((ref) => !ref.object).map((ref) => this.registry.load(ref)));
  }

  async #build(items: readonly Attributed[]): Promise<ProfileBatch> {
    this.#definitions.trim();
    this.#labels.refresh();
    const clock = wallClock();
    const builder = new BatchBuilder(items.length, this.#definitions);
    const ids = new Map<ProcessImage, ProcessId>();
    for (const { sample, image } of items) {
      if (ids.has(image)) continue;
      // Once per process: the clocks' distance changes by a little from batch to batch, the process's start does not.
      const startMs = (image.process.startMs ??= clock.ofBoottimeNs(Number(sample.startNs)));
      const info = await this.#labels.describe(image, sample, startMs);
      builder.defineProcess(info);
      ids.set(image, info.id);
    }
    const started = threadCpuNs();
    for (const { sample, image, stack } of items) {
      const resolved = resolveStack(stack);
      builder.defineStack(resolved);
      builder.addSample({
        timeMs: clock.ofMonotonicNs(sample.timeNs),
        cpu: sample.cpu,
        tid: sample.tid,
        threadName: sample.threadName,
        process: ids.get(image)!,
        stack: resolved.stack.id,
        weightNs: sample.periodNs,
        walk: sample.walk,
      });
    }
    this.busyNs += threadCpuNs() - started;
    return builder.batch;
  }
}

function finishStack(sample: RawSample, { frames, end, skipped, byPointer }: FinishedWalk): void {
  const walkEnd = WALK_ENDS.indexOf(end);
  sample.stack = { ...sample.stack!, user: frames, skipped, walkEnd, pending: null };
  sample.walk = walkEnd | (byPointer ? WALK_BY_POINTER : 0);
}

function threadCpuNs(): number {
  return Number(native().clockNs(CLOCK_THREAD_CPUTIME_ID));
}

function countByCpu(items: readonly Attributed[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { sample } of items) counts.set(sample.cpu, (counts.get(sample.cpu) ?? 0) + 1);
  return counts;
}

/** Conversion to wall clock by the clocks' distance now: steps of the wall clock show within one batch. */
function wallClock(): { ofMonotonicNs: (ns: number) => number; ofBoottimeNs: (ns: number) => number } {
  const addon = native();
  const now = Number(addon.clockNs(CLOCK_REALTIME)) / 1e6;
  const monotonic = Number(addon.clockNs(CLOCK_MONOTONIC)) / 1e6;
  const boottime = Number(addon.clockNs(CLOCK_BOOTTIME)) / 1e6;
  return {
    ofMonotonicNs: (ns) => now - monotonic + ns / 1e6,
    ofBoottimeNs: (ns) => now - boottime + ns / 1e6,
  };
}
