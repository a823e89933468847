// Who ran when: processes by (pid, start time), their images and mappings, as the side band and /proc tell.
import type { ObjectId } from '../model/code-object.ts';
import { AddressSpace } from './address-space.ts';
import { isJitdump } from './jit-files.ts';
import type { ObjectRef } from './object-ref.ts';
import type { ObjectRegistry } from './object-registry.ts';
import type { ProcSnapshot } from './sampler-host.ts';
import type { SidebandEvent } from './sideband.ts';
import { codeKey } from './unwind-loader.ts';

const TICK_NS = 10_000_000n; // USER_HZ is 100 on every architecture that Linux runs on today

/** Start time as /proc/PID/stat gives it, from the kernel's nanoseconds since boot. */
export function startTicksOf(startNs: bigint): number {
  return Number(startNs / TICK_NS);
}

/** Tells processes of unknown start time apart; a new run of the service must not repeat an old one's. */
let nextSerial = Date.now();

/** Between two renewals of a process's JIT object, each of which has all its hot addresses named anew. */
const JIT_RENEWAL_MS = 60_000;

/** One program run by a process: from its exec (or fork) to the next exec. */
export interface ProcessImage {
  readonly process: TrackedProcess;
  /** Execs seen of the process before it. */
  readonly number: number;
  /** The name it began with; part of its identity. */
  readonly name: string;
  /** The name it has now. */
  comm: string;
  exe: string;
  /** From /proc; empty where only the side band told of it. */
  cgroup: string;
}

export class TrackedProcess {
  readonly pid: number;
  readonly serial = nextSerial++;
  /** Null until /proc or a sample tells: fork records carry no start time. */
  startTicks: number | null;
  /** Start on the wall clock, ms since the epoch; null until it has been worked out. */
  startMs: number | null = null;
  image: ProcessImage;
  readonly space = new AddressSpace();
  /** CLOCK_MONOTONIC, ns; null while it runs. */
  exitedAtNs: number | null = null;
  /** Between an exec and the first mapping of the new image. */
  #awaitsExe = false;
  /** Null until it is asked for. */
  #jitIdentity: string | null = null;
  #jitEpoch = 0;
  #jitRenewedAtMs = -Infinity;
  /** One of those that a recording is about; handed on to what it forks. */
  followed = false;

  constructor(pid: number, startTicks: number | null, comm: string, exe = '', cgroup = '') {
    this.pid = pid;
    this.startTicks = startTicks;
    this.image = { process: this, number: 0, name: comm, comm, exe, cgroup };
  }

  /**
   * Of an image's code that is made at run time. It stays as it is when the start time comes to be known later; where
   * that was known, it is the same after a restart of the service.
   */
  jitIdentity(): string {
    this.#jitIdentity ??= `${this.pid}:${this.startTicks ?? `serial${this.serial}`}:${this.image.number}`;
    return this.#jitEpoch === 0 ? this.#jitIdentity : `${this.#jitIdentity}:${this.#jitEpoch}`;
  }

  /** What has been told of addresses of its code holds no longer. False where that has been said a short time ago. */
  renewJitIdentity(nowMs: number): boolean {
    if (nowMs - this.#jitRenewedAtMs < JIT_RENEWAL_MS) return false;
    this.#jitRenewedAtMs = nowMs;
    this.#jitEpoch++;
    return true;
  }

  exec(comm: string): void {
    this.image = {
      process: this,
      number: this.image.number + 1,
      name: comm,
      comm,
      exe: '',
      cgroup: this.image.cgroup,
    };
    this.#awaitsExe = true;
    this.#jitIdentity = null;
    this.#jitEpoch = 0;
    this.space.clear();
  }

  /** The first file that an image maps executable is its program (the interpreter of a script, as /proc/PID/exe says). */
  noteMapping(path: string): void {
    if (!this.#awaitsExe || !path.startsWith('/')) return;
    this.image.exe = path;
    this.#awaitsExe = false;
  }
}

/** Samples may come a little after the exit record: those of the exit itself. */
const KEEP_EXITED_NS = 30e9;

export class ProcessTable {
  readonly #registry: ObjectRegistry;
  readonly #onCode: (key: string, ref: ObjectRef) => void;
  /** The latest holder of each pid. */
  readonly #processes = new Map<number, TrackedProcess>();
  readonly #exited: TrackedProcess[] = [];
  readonly #toFollow = new Set<number>();
  /** Records that the kernel had no room for: what we know may be out of date. */
  lostRecords = 0;

  /** `onCode` is told of every object that a process maps, with its `codeKey`. */
  constructor(registry: ObjectRegistry, onCode: (key: string, ref: ObjectRef) => void) {
    this.#registry = registry;
    this.#onCode = onCode;
  }

  /** The process may be known already, or its fork record still be under way. */
  follow(pid: number): void {
    const process = this.#processes.get(pid);
    if (process?.exitedAtNs === null) process.followed = true;
    else this.#toFollow.add(pid);
  }

  get size(): number {
    return this.#processes.size;
  }

  /** What /proc says of a process that the side band has not told us about (or not all). */
  addSnapshot(snapshot: ProcSnapshot): TrackedProcess {
    let process = this.#processes.get(snapshot.pid);
    if (process?.startTicks === null) process.startTicks = snapshot.startTicks;
    if (process?.startTicks !== snapshot.startTicks) {
      process = new TrackedProcess(
        snapshot.pid,
        snapshot.startTicks,
        snapshot.comm,
        snapshot.exe,
        snapshot.cgroup,
      );
      this.#processes.set(snapshot.pid, process);
    }
    process.image.comm ||= snapshot.comm;
    process.image.cgroup ||= snapshot.cgroup;
    process.image.exe ||= snapshot.exe;
    for (const mapping of snapshot.mappings) {
      const file = { device: mapping.device, inode: mapping.inode, generation: '' };
      this.#map(process, { ...mapping, file });
    }
    return process;
  }

  /** In time order. */
  apply(event: SidebandEvent): void {
    switch (event.type) {
      case 'fork':
        return this.#fork(event.pid, event.parent);
      case 'exit': {
        const process = this.#processes.get(event.pid);
        if (!process) return;
        process.exitedAtNs = event.timeNs;
        this.#exited.push(process);
        return this.#forgetExited(event.timeNs);
      }
      case 'comm': {
        if (event.pid !== event.tid) return; // a thread's name: the samples carry it
        const process = this.#holder(event.pid, event.comm);
        if (event.exec) process.exec(event.comm);
        else process.image.comm = event.comm;
        return;
      }
      case 'mmap': {
        const process = this.#holder(event.pid, '');
        process.noteMapping(event.path);
        return this.#map(process, event);
      }
      case 'lost':
        this.lostRecords += event.count;
        return;
      case 'bpf-load':
      case 'ksymbol':
        return; // of the kernel, and no process's
    }
  }

  /** The process that a sample came from; null where pid and start time fit none that we know. */
  find(pid: number, startNs: bigint): TrackedProcess | null {
    const process = this.#processes.get(pid);
    if (!process) return null;
    const startTicks = startTicksOf(startNs);
    process.startTicks ??= startTicks;
    return process.startTicks === startTicks ? process : null;
  }

  /**
   * A process of which neither side band nor /proc said anything (it came and went, or records were lost).
   * Its image is named after the thread that was sampled; its own name is /proc's to tell.
   */
  addUnknown(pid: number, startNs: bigint, threadName: string): TrackedProcess {
    const process = new TrackedProcess(pid, startTicksOf(startNs), threadName);
    process.image.comm = '';
    this.#processes.set(pid, process);
    return process;
  }

  /** Addresses of the JIT object hold other code than they were named for: later samples are of another object. */
  renewJit(object: ObjectId, nowMs = performance.now()): void {
    const process = this.#processes.get(this.#registry.jitPid(object) ?? -1);
    if (!process || process.exitedAtNs !== null) return;
    const before = this.#registry.jitRef(process.pid, process.jitIdentity());
    // Else it has been renewed, or another program runs by now.
    if (before.object?.id !== object || !process.renewJitIdentity(nowMs)) return;
    const after = this.#registry.renewedJitRef(before, process.pid, process.jitIdentity());
    process.space.replace(before, after);
  }

  #fork(pid: number, parentPid: number): void {
    const parent = this.#processes.get(parentPid);
    const child = new TrackedProcess(
      pid,
      null,
      parent?.image.comm ?? '',
      parent?.image.exe,
      parent?.image.cgroup,
    );
    if (parent) child.space.copyFrom(parent.space);
    child.followed = this.#toFollow.delete(pid) || (parent?.followed ?? false);
    this.#processes.set(pid, child);
  }

  #holder(pid: number, comm: string): TrackedProcess {
    let process = this.#processes.get(pid);
    if (!process) {
      process = new TrackedProcess(pid, null, comm);
      this.#processes.set(pid, process);
    }
    return process;
  }

  #map(
    process: TrackedProcess,
    mapping: { start: bigint; end: bigint; offset: number; path: string; file: MappingFile },
  ): void {
    const { start, end } = mapping;
    const ref = this.#refOf(process, mapping);
    // In anonymous memory the address stands for itself.
    const offset = ref.kind === 'jit' ? Number(start) : ref.kind === 'vdso' ? 0 : mapping.offset;
    process.space.add({ start, end, offset, ref });
  }

  #refOf(
    process: TrackedProcess,
    { path, file, start, end }: { path: string; file: MappingFile; start: bigint; end: bigint },
  ): ObjectRef {
    const jit = (): ObjectRef => this.#registry.jitRef(process.pid, process.jitIdentity());
    if (!isFilePath(path)) return jit();
    const ref = this.#registry.refOf(path, file, process.pid, start, end);
    if (isJitdump(path)) {
      this.#registry.addJitdump(process.pid, process.jitIdentity(), { start, end });
      return ref; // it is mapped to be seen, and never runs
    }
    this.#onCode(codeKey(path, file), ref);
    // A program can be run from a memfd; other memfds hold code made at run time.
    return path.startsWith('/memfd:') && process.image.exe !== path ? jit() : ref;
  }

  #forgetExited(nowNs: number): void {
    while (this.#exited[0] && nowNs - this.#exited[0].exitedAtNs! > KEEP_EXITED_NS) {
      const process = this.#exited.shift()!;
      // The pid may have a new holder by now.
      if (this.#processes.get(process.pid) === process) this.#processes.delete(process.pid);
    }
  }
}

type MappingFile = Parameters<ObjectRegistry['refOf']>[1];

/** `//anon`, `[heap]`, `[anon:v8]`, `/dev/zero`, `/SYSV…` hold code made at run time; a plain path is a file. */
export function isFilePath(path: string): boolean {
  if (path === '[vdso]') return true;
  if (!path.startsWith('/') || path.startsWith('//')) return false;
  return !/^\/(dev\/zero|SYSV|anon_hugepage)/.test(path);
}
