// The privileged side of sampling: loads the BPF program, gives every online CPU a log and its events.
import { randomUUID } from 'node:crypto';
import { closeSync, readFileSync } from 'node:fs';
import { hostname, release } from 'node:os';
import type { Kit, KitItem } from './kit.ts';
import { cpuOfItem, shardOfItem } from './kit.ts';
import type { NativeCounters, ProgramItem } from './native.ts';
import { buildPath, native, PROGRAM_ITEMS } from './native.ts';
import type { SamplingSession } from './sampler-host.ts';
import { readExpected } from './cpu-readings.ts';
import { chooseCgroupV1 } from './cgroup-mounts.ts';
import { COMM_BYTES, CPU_COUNTERS, FILTERS } from './wire.gen.ts';

/** Filters are decided in the kernel, so that what is not wanted costs no record. */
export interface SampleFilters {
  pid?: number;
  /** cgroup id, of either version. */
  cgroup?: bigint;
  /** Thread name, at most 15 bytes. */
  comm?: string;
}

export interface KernelSamplerOptions {
  rateHz: number;
  /** Ring size of a CPU's log. 256 KiB holds about 8 s of a busy CPU at 99 Hz when no stack repeats. */
  logBytes: number;
  filters?: SampleFilters;
  /** Another BPF object than the built one (the mutation test's). */
  objectPath?: string;
}

const DEFAULT_LOG_BYTES = 256 * 1024;
const MAX_LOG_BYTES = 4 * 1024 * 1024;

/** A log that holds as much time at a higher rate, within reason. */
export function logBytesFor(rateHz: number): number {
  let bytes = DEFAULT_LOG_BYTES;
  for (let hz = 99; hz < rateHz && bytes < MAX_LOG_BYTES; hz *= 2) bytes *= 2;
  return bytes;
}

/** One for mappings, one for the first tables. */
const FIRST_SHARDS = 2;

/** `0-3,8` → [0, 1, 2, 3, 8], the format of /sys/devices/system/cpu. */
export function parseCpuList(text: string): number[] {
  const cpus: number[] = [];
  for (const part of text.trim().split(',')) {
    if (part === '') continue;
    const [first, last] = part.split('-').map(Number);
    for (let cpu = first!; cpu <= (last ?? first!); cpu++) cpus.push(cpu);
  }
  return cpus;
}

export function cpuList(which: 'possible' | 'online'): number[] {
  return parseCpuList(readFileSync(`/sys/devices/system/cpu/${which}`, 'utf8'));
}

export function possibleCpuCount(): number {
  return Math.max(...cpuList('possible')) + 1;
}

export class KernelSampler {
  readonly kit: Kit;
  readonly session: SamplingSession;
  readonly #counters: NativeCounters;
  /** Enabled time of each CPU's event when it was last looked at, ns. */
  readonly #enabledNs = new Map<number, bigint>();

  private constructor(kit: Kit) {
    this.kit = kit;
    this.session = JSON.parse(kit.get('session')!.text) as SamplingSession;
    this.#counters = new (native().Counters)(kit.get('cpus')!.fd, possibleCpuCount());
  }

  /** Loads the program and attaches it everywhere. Throws the addon's error (`code`, `stage`). */
  static load(options: KernelSamplerOptions): KernelSampler {
    const fds = loadProgram(options);
    const session: SamplingSession = {
      id: randomUUID(),
      bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
      hostname: hostname(),
      kernelRelease: release(),
      rateHz: options.rateHz,
      logBytes: options.logBytes,
    };
    const kit: Kit = new Map();
    const text = JSON.stringify(session);
    kit.set('session', { name: 'session', text, fd: -1, mapBytes: 0 });
    for (const name of PROGRAM_ITEMS) kit.set(name, { name, text: '', fd: fds[name], mapBytes: 0 });
    const sampler = new KernelSampler(kit);
    for (let shard = 0; shard < FIRST_SHARDS; shard++) sampler.growArena();
    sampler.syncCpus();
    return sampler;
  }

  /** Goes on with what an earlier sampler loaded. */
  static adopt(kit: Kit): KernelSampler {
    return new KernelSampler(kit);
  }

  /** Attaches CPUs that came online and lets go of those that went; gives what changed in the kit. */
  syncCpus(): { kept: KitItem[]; dropped: string[] } {
    const online = new Set(cpuList('online'));
    const alive = new Set([...online].filter((cpu) => this.#isEnabled(cpu)));
    const change = { kept: [] as KitItem[], dropped: [] as string[] };
    for (const name of [...this.kit.keys()]) {
      const cpu = cpuOfItem(name, 'event') ?? cpuOfItem(name, 'sideband');
      if (cpu !== null && !alive.has(cpu)) {
        this.#drop(name, cpu);
        change.dropped.push(name);
      }
    }
    for (const cpu of online) {
      if (!this.kit.has(`event.${cpu}`)) change.kept.push(...this.#attach(cpu));
    }
    return change;
  }

  /** One more shard for mappings and unwind tables; null where there are as many as there may be. */
  growArena(): KitItem | null {
    const addon = native();
    const shards = [...this.kit.keys()].filter((name) => shardOfItem(name) !== null).length;
    if (shards >= addon.arenaMaxShards) return null;
    const name = `shard.${shards}`;
    const item = { name, text: '', fd: addon.createShard(this.kit.get('arena')!.fd, shards), mapBytes: 0 };
    this.kit.set(name, item);
    return item;
  }

  close(): void {
    for (const item of this.kit.values()) if (item.fd >= 0) closeSync(item.fd);
    this.kit.clear();
  }

  /** Events end with their CPU, also when it was away only between two looks: then their time stands still. */
  #isEnabled(cpu: number): boolean {
    const event = this.kit.get(`event.${cpu}`);
    if (!event) return false;
    const enabledNs = native().readEnabledNs(event.fd);
    const before = this.#enabledNs.get(cpu);
    this.#enabledNs.set(cpu, enabledNs);
    return before === undefined || enabledNs > before;
  }

  #attach(cpu: number): KitItem[] {
    const addon = native();
    const added: KitItem[] = [];
    const keep = (name: string, fd: number, mapBytes = 0): void => {
      const item = { name, text: '', fd, mapBytes };
      this.kit.set(name, item);
      added.push(item);
    };
    // The log outlives its CPU's absence: what it holds may not have been read yet.
    if (!this.kit.has(`log.${cpu}`)) {
      keep(`log.${cpu}`, addon.createLog(this.kit.get('logs')!.fd, cpu, this.session.logBytes));
    }
    keep(`sideband.${cpu}`, addon.openSidebandEvent(cpu), addon.sidebandMappedBytes);
    const periodNs = this.#periodInForce();
    const event = addon.openSampleEvent(cpu, this.kit.get('program')!.fd, periodNs);
    const before = readExpected(this.#counters.read(cpu), 0n);
    this.#counters.setAccount(cpu, BigInt(before), 0n, periodNs);
    addon.enableEvent(event);
    keep(`event.${cpu}`, event);
    return added;
  }

  /** The governor may have slowed the CPUs that are attached already: one that comes online joins them. */
  #periodInForce(): bigint {
    for (const name of this.kit.keys()) {
      const cpu = cpuOfItem(name, 'event');
      if (cpu !== null) return this.#counters.read(cpu).readBigUInt64LE(CPU_COUNTERS.period_ns);
    }
    return BigInt(Math.round(1e9 / this.session.rateHz));
  }

  #drop(name: string, cpu: number): void {
    const item = this.kit.get(name)!;
    if (name.startsWith('event.')) {
      // Closes the account of the time it was online: its next event counts from zero.
      const addon = native();
      const expected = readExpected(this.#counters.read(cpu), addon.readEnabledNs(item.fd));
      this.#counters.setAccount(cpu, BigInt(expected), 0n, 0n);
    }
    this.#enabledNs.delete(cpu);
    closeSync(item.fd);
    this.kit.delete(name);
  }
}

function loadProgram(options: KernelSamplerOptions): Record<ProgramItem, number> {
  const { pid, cgroup, comm } = options.filters ?? {};
  if (comm !== undefined && Buffer.byteLength(comm) >= COMM_BYTES) {
    throw new RangeError(`a thread name has at most ${COMM_BYTES - 1} bytes: '${comm}' never matches`);
  }
  return native().loadProgram({
    objectPath: options.objectPath ?? buildPath('pilotlight.bpf.o'),
    logBytes: options.logBytes,
    possibleCpus: possibleCpuCount(),
    filters:
      (pid === undefined ? 0 : FILTERS.pid) |
      (cgroup === undefined ? 0 : FILTERS.cgroup) |
      (comm === undefined ? 0 : FILTERS.comm),
    filterPid: pid ?? 0,
    filterCgroup: cgroup ?? 0n,
    filterComm: comm ?? '',
    cgroupV1: chooseCgroupV1()?.number ?? 0,
  });
}
