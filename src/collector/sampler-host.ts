// SamplerHost: the narrow interface to what needs privilege. Out of process for `serve`, in process for `record`.
import type { OpenedObject, OpenResult } from '../model/object-source.ts';
import type { MissReason } from '../model/frame.ts';
import type { WalkEnd } from '../model/walk-end.ts';

/** Facts that hold for one loading of the BPF program. */
export interface SamplingSession {
  /** Unique per loading; survives restarts of the service and of the sampler. */
  id: string;
  bootId: string;
  hostname: string;
  kernelRelease: string;
  /** Rate asked for, Hz. The rate in force follows from `CpuReading.periodNs`. */
  rateHz: number;
  /** Size of a CPU's log, bytes. */
  logBytes: number;
}

/** Bytes that one CPU's log or side band held. */
export interface DrainChunk {
  cpu: number;
  source: 'log' | 'sideband';
  bytes: Uint8Array;
}

/** What a turn of the native drain thread found. */
export interface DrainBatch {
  /** CLOCK_MONOTONIC, ns, read before the first log: every record stamped well before it is in this batch or an earlier one. */
  readAtNs: bigint;
  chunks: DrainChunk[];
  /** Keys of objects (`codeKey`) that a walk came through and whose unwind table is missed. */
  wanted: string[];
}

/** What a walk over a copied stack gave. */
export interface FinishedWalk {
  /** Leaf first, with FRAME_ bits. */
  frames: BigUint64Array;
  end: WalkEnd;
  /** Frames missing between leaf and root frames. */
  skipped: number;
  byPointer: boolean;
}

/** What the walker's memory holds. */
export interface UnwindUsage {
  /** Memory in the kernel for mappings and tables, bytes, and what of it is free. */
  arenaBytes: number;
  freeBytes: number;
  tableBytes: number;
  processes: number;
  objects: number;
  tables: number;
  /** Tables that had to make room for others. */
  evictions: number;
  /** Processes that found no place in the walker's table. */
  crowded: number;
  /** Processes whose mappings wait for room in the arena. */
  starved: number;
  /** Stacks walked from a copy. */
  copiedWalks: number;
}

/** Kernel-side counters of one CPU, read consistently, and its perf event's times. All cumulative. */
export interface CpuReading {
  cpu: number;
  /** Ticks the enabled time of the perf event makes: Σ enabled time ÷ period in force. */
  expected: number;
  /** Sampling period in force, ns. */
  periodNs: number;
  entries: number;
  idle: number;
  /** Records written to the log. */
  recorded: number;
  /** Time spent in the BPF program for recorded ticks, ns. */
  bpfNs: number;
  /** Time spent in the BPF program for idle ticks, ns. */
  idleNs: number;
  /** By the names of bpf/wire.h. */
  losses: Record<string, number>;
}

/** An executable mapping as /proc/PID/maps tells it. */
export interface ProcMapping {
  start: bigint;
  end: bigint;
  /** Offset in the file, bytes. */
  offset: number;
  /** `major:minor`, hex, and inode: identity of the file where there is no build id. */
  device: string;
  inode: string;
  /** Empty for anonymous memory; `[vdso]`, `… (deleted)`, `/memfd:…` as the kernel prints them. */
  path: string;
}

/** What /proc says of a live process. */
export interface ProcSnapshot {
  pid: number;
  /** Clock ticks since boot, /proc/PID/stat field 22. */
  startTicks: number;
  comm: string;
  exe: string;
  uid: number;
  /** Path in the v2 hierarchy, or of the first v1 controller that is not at its root. */
  cgroup: string;
  mappings: ProcMapping[];
}

/** What the kernel tells of a loaded BPF program (native/bpf-programs.h), as an open descriptor. */
export interface BpfDump extends OpenedObject {
  /** Size of the dump. */
  bytes: number;
  /** Hashes of its functions' instructions as kallsyms has them in `bpf_prog_<tag>_<name>`: 16 hex digits each. */
  tags: string[];
}

/** A file of the kernel that only root reads whole. */
export type KernelFile = 'kallsyms' | 'modules';

export interface SamplerHost {
  readonly session: SamplingSession;
  /** Starts draining; `onDrain` is called with each batch, never again after `stop` resolves. */
  start(onDrain: (batch: DrainBatch) => void): Promise<void>;
  /** Drains a last time and ends the draining; questions are still answered. */
  stop(): Promise<void>;
  /** Lets go of everything. */
  close(): void;
  /** Drains now and delivers through `onDrain` before resolving. */
  drain(): Promise<void>;
  readings(): CpuReading[];
  /** Changes the sampling period on every CPU, ns. */
  setPeriod(periodNs: number): void;
  /**
   * Gives the walker the unwind table of the objects mapped under `key` (`codeKey`). `content` names the table:
   * objects of the same content share it. False where a table of that content is not loaded yet and `table` is null,
   * or where there is no room for it.
   */
  loadUnwindTable(key: string, content: string, table: Uint8Array | null): Promise<boolean>;
  /** The objects mapped under `key` have no unwind information: they are walked by frame pointer. */
  noUnwindTable(key: string): void;
  /** The walk of a stack that waited for a table (`RawStack.pending`); null where it waits no more. */
  finishWalk(number: number): FinishedWalk | null;
  /** Its sample is not kept. */
  dropWalk(number: number): void;
  /** What /proc says of a process's code, for the walker. */
  addProcessCode(pid: number, mappings: readonly ProcMapping[]): void;
  /** `limitBytes`: what `arenaBytes` may become. */
  unwindUsage(): UnwindUsage & { limitBytes: number };
  /** Opens the file behind an executable mapping of a live process; the sampler checks that the mapping exists. */
  openObject(pid: number, mapping: { start: bigint; end: bigint }): Promise<OpenResult>;
  openPerfMap(pid: number): Promise<OpenResult>;
  /** Debug information that lies inside a process's root, or, for null, the sampler's own. */
  openDebugFile(pid: number | null, path: string): Promise<OpenResult>;
  openKernelFile(file: KernelFile): Promise<OpenResult>;
  /** Ids of the BPF programs that are loaded. */
  bpfProgramIds(): Promise<number[]>;
  openBpfProgram(id: number): Promise<BpfDump | { ok: false; reason: MissReason }>;
  /** Null when the process is gone. */
  processInfo(pid: number): Promise<ProcSnapshot | null>;
  /** Every process that has an executable mapping, one call each. */
  processes(onProcess: (process: ProcSnapshot) => void): Promise<void>;
  /** Path of a cgroup by its id (inode), or null when it is gone. */
  cgroupPath(version: 1 | 2, id: bigint): Promise<string | null>;
  /** Names of the directories under /var/log/pods (`namespace_pod_uid`). */
  podDirectories(): Promise<string[]>;
  /** CPU time of the sampler's process so far (0 when in process), s, and its resident set, bytes. */
  usage(): Promise<{ cpuSeconds: number; rssBytes: number }>;
}
