// What the logs and side bands of a big host would hold: records of bpf/wire.h and of perf, byte by byte.
import type { CpuReading, DrainChunk } from '../../src/collector/sampler-host.ts';
import { SAMPLE, SENT_SLOTS } from '../../src/collector/wire.gen.ts';
import { commRecord, exitRecord, forkRecord, mmap2Record } from '../../test/support/sideband-writer.ts';
import type { LivingProcess } from './population.ts';
import { Population } from './population.ts';
import type { Program } from './programs.ts';
import { RecordTemplates } from './record-templates.ts';

export interface WireStreamOptions {
  cpus: number;
  rateHz: number;
  processes: number;
  lifeSeconds: number;
  programs: readonly Program[];
  random: () => number;
}

/** A CPU goes on with its process from one tick to the next this often. */
const STAYS = 0.8;
/** One tick in so many finds the log full, and one record in so many is overwritten before it is read. */
const LOG_FULL_EVERY = 5_000;
const OVERWRITTEN_EVERY = 20_000;
const INIT = 1;

interface Cpu {
  number: number;
  nextTickNs: number;
  sequence: number;
  entries: number;
  logFull: number;
  process: LivingProcess | undefined;
  /** Hashes of the stacks that were sent last, by slot: as the BPF program keeps them. */
  sent: Float64Array;
  log: Buffer[];
  sideband: Buffer[];
}

export class WireStream {
  readonly #options: WireStreamOptions;
  readonly #periodNs: number;
  readonly #population: Population;
  readonly #cpus: Cpu[];
  readonly #templates: RecordTemplates;

  /** Nothing happens before `startNs` (CLOCK_MONOTONIC). */
  constructor(options: WireStreamOptions, startNs: number) {
    this.#options = options;
    this.#periodNs = Math.round(1e9 / options.rateHz);
    this.#population = new Population(options);
    this.#templates = new RecordTemplates(this.#periodNs);
    this.#cpus = Array.from({ length: options.cpus }, (_, number) => ({
      number,
      nextTickNs: startNs + options.random() * this.#periodNs,
      ...{ sequence: 0, entries: 0, logFull: 0, process: undefined, log: [], sideband: [] },
      sent: new Float64Array(SENT_SLOTS).fill(-1),
    }));
    this.#renew(startNs);
  }

  get processes(): readonly LivingProcess[] {
    return this.#population.living;
  }

  /** All that happened since the last call, up to now. */
  until(nowNs: number): DrainChunk[] {
    for (const cpu of this.#cpus) while (cpu.nextTickNs <= nowNs) this.#tick(cpu);
    this.#renew(nowNs);
    return this.#cpus.flatMap((cpu) => takeChunks(cpu));
  }

  readings(): CpuReading[] {
    return this.#cpus.map(({ number, entries, logFull, sequence }) => ({
      ...{ cpu: number, expected: entries, entries, recorded: sequence, losses: { logFull } },
      ...{ periodNs: this.#periodNs, idle: 0, bpfNs: 0, idleNs: 0 },
    }));
  }

  #renew(nowNs: number): void {
    this.#population.renew(
      nowNs,
      (process) => this.#end(process, nowNs),
      (process) => this.#begin(process, nowNs),
    );
  }

  #tick(cpu: Cpu): void {
    const { random } = this.#options;
    const timeNs = cpu.nextTickNs;
    cpu.nextTickNs += this.#periodNs;
    cpu.entries++;
    if (random() * LOG_FULL_EVERY < 1) {
      cpu.logFull++;
      return;
    }
    const process = this.#running(cpu);
    const sequence = cpu.sequence++;
    const overwritten = random() * OVERWRITTEN_EVERY < 1;
    // Few stacks are frequent, most are not.
    const stack = Math.floor(process.program.stacks.length * random() ** 3);
    if (!overwritten) cpu.log.push(this.#record(cpu, process, { stack, sequence, timeNs }));
  }

  #record(
    cpu: Cpu,
    { pid, uid, startNs, program, serial }: LivingProcess,
    { stack, sequence, timeNs }: { stack: number; sequence: number; timeNs: number },
  ): Buffer {
    const hash = serial * program.stacks.length + stack;
    const slot = hash % SENT_SLOTS;
    const known = cpu.sent[slot] === hash;
    cpu.sent[slot] = hash;
    const record = this.#templates.copy(program, stack, known ? 'known' : 'whole');
    record.writeUInt16LE(slot, SAMPLE.slot);
    writeWhole(record, SAMPLE.sequence, sequence);
    writeWhole(record, SAMPLE.time_ns, Math.floor(timeNs));
    writeWhole(record, SAMPLE.start_ns, startNs);
    writeWhole(record, SAMPLE.stack_hash, hash);
    record.writeUInt32LE(pid, SAMPLE.tgid);
    record.writeUInt32LE(pid, SAMPLE.tid);
    record.writeUInt32LE(uid, SAMPLE.uid);
    return record;
  }

  /** Processes stay where they are: each CPU has its share of them. */
  #running(cpu: Cpu): LivingProcess {
    const { living } = this.#population;
    const { cpus, random } = this.#options;
    if (cpu.process === undefined || random() > STAYS || cpu.process.endsAtNs < cpu.nextTickNs) {
      const share = Math.ceil((living.length - cpu.number) / cpus);
      cpu.process = living[cpu.number + cpus * Math.floor(random() * share)]!;
    }
    return cpu.process;
  }

  #begin(process: LivingProcess, timeNs: number): void {
    const { pid, program } = process;
    const stamp = { timeNs: BigInt(Math.floor(timeNs)), pid };
    this.#sidebandOf(process).push(
      forkRecord({ ...stamp, parent: INIT }),
      commRecord({ ...stamp, comm: program.comm, exec: true }),
      ...program.files.map(({ path, device, inode, pageOffset, bytes }, file) =>
        mmap2Record({
          ...stamp,
          ...device,
          path,
          inode,
          pageOffset,
          start: program.bases[file]!,
          length: bytes,
        }),
      ),
    );
  }

  #end(process: LivingProcess, timeNs: number): void {
    const { pid } = process;
    this.#sidebandOf(process).push(exitRecord({ timeNs: BigInt(Math.floor(timeNs)), pid, parent: INIT }));
  }

  #sidebandOf({ serial }: LivingProcess): Buffer[] {
    return this.#cpus[serial % this.#cpus.length]!.sideband;
  }
}

/** Below 2^53, as 64 bits: without a bigint. */
function writeWhole(record: Buffer, at: number, value: number): void {
  record.writeUInt32LE(value % 2 ** 32, at);
  record.writeUInt32LE(Math.floor(value / 2 ** 32), at + 4);
}

function takeChunks(cpu: Cpu): DrainChunk[] {
  const chunk = (source: 'log' | 'sideband'): DrainChunk[] =>
    cpu[source].length === 0 ? [] : [{ cpu: cpu.number, source, bytes: Buffer.concat(cpu[source]) }];
  const chunks = [...chunk('sideband'), ...chunk('log')];
  cpu.log = [];
  cpu.sideband = [];
  return chunks;
}
