// The addon: types of what native/ exports, and the one place that loads it.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { DrainBatch, FinishedWalk, ProcMapping, UnwindUsage } from './sampler-host.ts';

export interface ProgramOptions {
  objectPath: string;
  /** Ring size of a CPU's log, bytes; a power of two of at least 8192. */
  logBytes: number;
  possibleCpus: number;
  /** FILTERS bits; all that are set must match. */
  filters: number;
  filterPid: number;
  filterCgroup: bigint;
  filterComm: string;
  /** One of CGROUP_V1. */
  cgroupV1: number;
}

interface DrainConstructor {
  new (
    logBytes: number,
    intervalMs: number,
    leisureMs: number,
    unwindMaps: NativeUnwindMaps,
    onBatch: (batch: NativeBatch) => void,
  ): NativeDrain;
}
/** What the drain thread delivers, in the order it was read. */
export interface NativeBatch extends DrainBatch {
  /** The newest request that it answers. */
  request: number;
}
export interface NativeDrain {
  addLog(cpu: number, fd: number): void;
  addSideband(cpu: number, fd: number): void;
  removeSideband(cpu: number): void;
  start(): void;
  /** Asks for a batch at once; gives the number that the `request` of the batch will reach. */
  request(): number;
  /** Ends the thread. Batches that are under way are lost: `request` and wait first. */
  stop(): void;
}

interface UnwindMapsConstructor {
  /** `cacheDir`: compiled tables by content (`BUILD_ID.unwind` where there is a build id), or empty. */
  new (processesFd: number, objectsFd: number, cacheDir: string): NativeUnwindMaps;
}
/** What the walker knows of processes and objects; the drain keeps it up to date from the side band. */
export interface NativeUnwindMaps {
  addShard(shard: number, fd: number): void;
  /** Gives an object the table that one with the same content has; false where none has it. */
  attach(key: string, content: string): boolean;
  /** `no-room` with `evict`: there will be in a second. */
  load(key: string, content: string, table: Uint8Array, evict: boolean): 'loaded' | 'no-room' | 'malformed';
  markWithout(key: string): void;
  /** Ignored where the side band has told of the process's program from its beginning. */
  addProcess(pid: number, mappings: readonly ProcMapping[]): void;
  /** A walk whose record said that it is pending; null where it is not kept any more. Asked once for each. */
  finishWalk(number: number): FinishedWalk | null;
  dropWalk(number: number): void;
  usage(): UnwindUsage;
}

interface ReplayConstructor {
  new (): NativeReplay;
}
/** A stack copied at a sample, with what was mapped then. */
export interface CopiedStack {
  /** By DWARF number; of x86-64 17, the program counter last. */
  registers: BigUint64Array;
  stackAt: bigint;
  stack: Uint8Array;
  inKernel: boolean;
  /** `object` as `addTable` gave it, -1 for anonymous code. */
  mappings: { start: BigUint64Array; end: BigUint64Array; offset: BigUint64Array; object: Int32Array };
}
/** The walker over copied stacks, in this process's memory: no privilege, no BPF. */
export interface NativeReplay {
  /** A compiled table (bpf/unwind.h); empty for an object without unwind information. */
  addTable(table: Uint8Array): number;
  walk(stack: CopiedStack): FinishedWalk;
}

interface CountersConstructor {
  new (fd: number, possibleCpus: number): NativeCounters;
}
export interface NativeCounters {
  /** Bytes of `struct pl_cpu`, copied while no tick was in progress. */
  read(cpu: number): Buffer;
  setAccount(cpu: number, expectedBase: bigint, enabledBaseNs: bigint, periodNs: bigint): void;
}

interface ChannelConstructor {
  new (fd: number, onMessage: (bytes: Buffer | null, fds: number[]) => void): NativeChannel;
}
export interface NativeChannel {
  /** Waits up to 5 s for room in the receiver's queue, or with `wait` false throws EAGAIN at once. */
  send(bytes: Buffer, fds: readonly number[], wait: boolean): void;
  close(): void;
}

/** A sealed memory file that holds what native/bpf-programs.h says; the caller's to close. */
export interface NativeBpfDump {
  fd: number;
  bytes: number;
  /** Of the program and of its functions, 16 hex digits each. */
  tags: string[];
}

/** Errors thrown by the addon carry `code` (EPERM, …) and `stage` (bpf_load, perf_event_open, …). */
export interface NativeError extends Error {
  code: string;
  stage: string;
}

/** What loading the program gives descriptors of. */
export const PROGRAM_ITEMS = ['program', 'cpus', 'logs', 'processes', 'objects', 'arena'] as const;
export type ProgramItem = (typeof PROGRAM_ITEMS)[number];

export interface Native {
  loadProgram(options: ProgramOptions): Record<ProgramItem, number>;
  createLog(logsFd: number, cpu: number, logBytes: number): number;
  createShard(arenaFd: number, shard: number): number;
  openSampleEvent(cpu: number, programFd: number, periodNs: bigint): number;
  openSidebandEvent(cpu: number): number;
  enableEvent(fd: number): void;
  setEventPeriod(fd: number, periodNs: bigint): void;
  readEnabledNs(fd: number): bigint;
  /** Ascending, at most 4096. */
  bpfProgramIds(): number[];
  /** ENOENT where there is no such program (any more), E2BIG where its dump would have more than 8 MB. */
  dumpBpfProgram(id: number): NativeBpfDump;
  Drain: DrainConstructor;
  Counters: CountersConstructor;
  UnwindMaps: UnwindMapsConstructor;
  Replay: ReplayConstructor;
  arenaShardBytes: number;
  arenaMaxShards: number;
  Channel: ChannelConstructor;
  /** Bytes that a side band's ring takes when mapped. */
  sidebandMappedBytes: number;
  maxMessageBytes: number;
  /** `followLast`: also where the last component of the path is a symbolic link. */
  openInRoot(root: string, path: string, followLast: boolean): number;
  /** Empty when the cgroup is gone. */
  cgroupPath(mount: string, id: bigint): string;
  clockNs(clock: number): bigint;
  /** Gives back pages of code and constants that nothing uses, and free memory; bytes of address space gone through. */
  releaseUnusedMemory(): number;
  /** Replaces this process; returns only by throwing. */
  exec(path: string, argv: readonly string[], environment: readonly string[]): void;
}

export const CLOCK_REALTIME = 0;
export const CLOCK_MONOTONIC = 1;
/** CPU time of the calling thread. */
export const CLOCK_THREAD_CPUTIME_ID = 3;
export const CLOCK_BOOTTIME = 7;

/** A file below the checkout's build/ folder (src/ and dist/ lie equally deep). */
export function buildPath(relative: string): string {
  return fileURLToPath(new URL(`../../build/${relative}`, import.meta.url));
}

let loaded: Native | undefined;

export function native(): Native {
  loaded ??= createRequire(import.meta.url)(buildPath('Release/pilotlight.node')) as Native;
  return loaded;
}

export function isNativeError(error: unknown): error is NativeError {
  return error instanceof Error && 'code' in error && 'stage' in error;
}
