// Reader of perf.data files (tools/perf/Documentation/perf.data-file-format.txt, little endian).
import { readFileSync } from 'node:fs';
import type { SidebandEvent } from '../../src/collector/sideband.ts';
import { decodeSideband } from '../../src/collector/sideband.ts';

/** PERF_RECORD_SAMPLE (include/uapi/linux/perf_event.h). */
const PERF_RECORD_SAMPLE = 9;
/** From here on records are perf's own, not the kernel's. */
const PERF_RECORD_USER_TYPE_START = 64;
const PERF_RECORD_MMAP = 1;
const PERF_RECORD_MMAP2 = 10;
/** What the sample interrupted. */
const PERF_RECORD_MISC_CPUMODE_MASK = 7;
const PERF_RECORD_MISC_KERNEL = 1;
/** The mapping is not executable. */
const PERF_RECORD_MISC_MMAP_DATA = 1 << 13;

/** PERF_SAMPLE_*. */
const PERF_SAMPLE_IP = 1;
const PERF_SAMPLE_TID = 1 << 1;
const PERF_SAMPLE_TIME = 1 << 2;
const PERF_SAMPLE_ADDR = 1 << 3;
const PERF_SAMPLE_READ = 1 << 4;
const PERF_SAMPLE_CALLCHAIN = 1 << 5;
const PERF_SAMPLE_ID = 1 << 6;
const PERF_SAMPLE_CPU = 1 << 7;
const PERF_SAMPLE_PERIOD = 1 << 8;
const PERF_SAMPLE_STREAM_ID = 1 << 9;
const PERF_SAMPLE_RAW = 1 << 10;
const PERF_SAMPLE_BRANCH_STACK = 1 << 11;
const PERF_SAMPLE_REGS_USER = 1 << 12;
const PERF_SAMPLE_STACK_USER = 1 << 13;
const PERF_SAMPLE_IDENTIFIER = 1 << 16;
const NEEDED = PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME;
/** They lie before the fields that we read, and no recording of ours asks for them. */
const UNREAD = PERF_SAMPLE_READ | PERF_SAMPLE_RAW | PERF_SAMPLE_BRANCH_STACK | PERF_SAMPLE_IDENTIFIER;
/** Words between a sample's time and its call chain. */
const BEFORE_CHAIN = [
  PERF_SAMPLE_ADDR,
  PERF_SAMPLE_ID,
  PERF_SAMPLE_STREAM_ID,
  PERF_SAMPLE_CPU,
  PERF_SAMPLE_PERIOD,
];
/** Words of the sample_id behind every other record: pid and tid, time, then those of these that there are. */
const BEHIND_TIME = [PERF_SAMPLE_ID, PERF_SAMPLE_STREAM_ID, PERF_SAMPLE_CPU];

/** Markers between a call chain's addresses (PERF_CONTEXT_*): -4095 to -1. */
const CONTEXT_FIRST = 0xffff_ffff_ffff_f001n;
const PERF_CONTEXT_USER = 0xffff_ffff_ffff_fe00n;

/** What is read of the events' perf_event_attr. */
interface Layout {
  sampleType: number;
  /** Bits of PERF_REG_X86_*: the registers that a sample has, lowest bit first. */
  registerMask: bigint;
}

export interface PerfSample {
  ip: bigint;
  pid: number;
  tid: number;
  /** CLOCK of the recording, ns. */
  timeNs: number;
  /** Whether kernel code was interrupted. */
  inKernel: boolean;
  /** User part of the kernel's own frame-pointer walk, leaf first. */
  userChain: bigint[];
  /** By bit of PERF_REG_X86_*; null where the task had no user registers (a kernel thread). */
  registers: Map<number, bigint> | null;
  /** What the kernel could copy from the stack pointer on; a view, not a copy. */
  stack: Uint8Array;
  /** Whether more of the stack was there than the recording had room for. */
  stackCut: boolean;
}

export type PerfRecord = { type: 'sample'; sample: PerfSample } | { type: 'sideband'; event: SidebandEvent };

export class PerfData {
  readonly #view: DataView;
  readonly #bytes: Buffer;
  readonly #layout: Layout;
  readonly #dataAt: number;
  readonly #dataEnd: number;

  static open(path: string): PerfData {
    return new PerfData(readFileSync(path));
  }

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.toString('latin1', 0, 8) !== 'PERFILE2') throw new RangeError('not a perf.data file');
    // magic, size, attr_size, {offset, size} of attrs, of data
    this.#layout = this.#readLayout(this.#number(24), this.#number(32), this.#number(16));
    this.#dataAt = this.#number(40);
    this.#dataEnd = this.#dataAt + this.#number(48);
    if (this.#dataEnd > bytes.length) throw new RangeError('the file ends within its records');
  }

  /** In time order: perf writes CPU after CPU. */
  *records(): Generator<PerfRecord> {
    for (const at of this.#inTimeOrder()) {
      const type = this.#view.getUint32(at, true);
      if (type === PERF_RECORD_SAMPLE) {
        yield { type: 'sample', sample: this.#decodeSample(at) };
        continue;
      }
      const events: SidebandEvent[] = [];
      decodeSideband(this.#asSideband(at), (event) => events.push(event));
      for (const event of events) yield { type: 'sideband', event };
    }
  }

  #inTimeOrder(): number[] {
    const places: { at: number; timeNs: number }[] = [];
    for (let at = this.#dataAt; at < this.#dataEnd; at += this.#size(at)) {
      if (this.#size(at) < 8) throw new RangeError(`record of ${this.#size(at)} bytes at ${at}`);
      if (this.#isWanted(at)) places.push({ at, timeNs: this.#timeOf(at) });
    }
    // A stable sort: records of one time stay in the order in which they were written.
    return places.sort((a, b) => a.timeNs - b.timeNs).map(({ at }) => at);
  }

  #isWanted(at: number): boolean {
    const type = this.#view.getUint32(at, true);
    if (type >= PERF_RECORD_USER_TYPE_START) return false;
    const misc = this.#view.getUint16(at + 4, true);
    const data = (misc & PERF_RECORD_MISC_MMAP_DATA) !== 0;
    return !(data && (type === PERF_RECORD_MMAP || type === PERF_RECORD_MMAP2));
  }

  #timeOf(at: number): number {
    const sample = this.#view.getUint32(at, true) === PERF_RECORD_SAMPLE;
    // A sample: header, ip, pid and tid, time. Others have it in the sample_id behind them.
    return this.#number(sample ? at + 24 : at + this.#size(at) - this.#idBytes() + 8);
  }

  #idBytes(): number {
    return 16 + 8 * BEHIND_TIME.filter((flag) => (this.#layout.sampleType & flag) !== 0).length;
  }

  /** The record with the sample_id that `decodeSideband` expects: pid and tid, time, CPU. */
  #asSideband(at: number): Uint8Array {
    const idBytes = this.#idBytes();
    const record = Buffer.alloc(this.#size(at) - idBytes + 24);
    this.#bytes.copy(record, 0, at, at + this.#size(at) - idBytes + 16);
    record.writeUInt16LE(record.length, 6);
    return record;
  }

  #size(at: number): number {
    return this.#view.getUint16(at + 6, true);
  }

  #number(at: number): number {
    return Number(this.#view.getBigUint64(at, true));
  }

  /** All events have one layout: else a record would have to name its event first. */
  #readLayout(attrsAt: number, attrsSize: number, attrSize: number): Layout {
    const layouts: Layout[] = [];
    for (let at = attrsAt; at < attrsAt + attrsSize; at += attrSize) {
      // perf_event_attr: sample_type at 24, sample_regs_user at 80
      layouts.push({
        sampleType: this.#number(at + 24),
        registerMask: this.#view.getBigUint64(at + 80, true),
      });
    }
    const [first] = layouts;
    if (first === undefined) throw new RangeError('the file has no events');
    const { sampleType, registerMask } = first;
    if (layouts.some((other) => other.sampleType !== sampleType || other.registerMask !== registerMask)) {
      throw new RangeError('the events of the file differ in what their samples hold');
    }
    if ((sampleType & NEEDED) !== NEEDED || (sampleType & UNREAD) !== 0) {
      throw new RangeError(`samples of type 0x${sampleType.toString(16)} are not read here`);
    }
    return first;
  }

  #decodeSample(at: number): PerfSample {
    const { sampleType } = this.#layout;
    const has = (flag: number) => (sampleType & flag) !== 0;
    const [ip, timeNs] = [this.#view.getBigUint64(at + 8, true), this.#number(at + 24)];
    const [pid, tid] = [this.#view.getUint32(at + 16, true), this.#view.getUint32(at + 20, true)];
    let next = at + 32 + 8 * BEFORE_CHAIN.filter(has).length;
    const userChain: bigint[] = [];
    if (has(PERF_SAMPLE_CALLCHAIN)) next = this.#readChain(next, userChain);
    let registers: PerfSample['registers'] = null;
    if (has(PERF_SAMPLE_REGS_USER)) ({ registers, next } = this.#readRegisters(next));
    const stack = has(PERF_SAMPLE_STACK_USER)
      ? this.#readStack(next)
      : { stack: new Uint8Array(), cut: false };
    const mode = this.#view.getUint16(at + 4, true) & PERF_RECORD_MISC_CPUMODE_MASK;
    const inKernel = mode === PERF_RECORD_MISC_KERNEL;
    return { ip, pid, tid, timeNs, inKernel, userChain, registers, stack: stack.stack, stackCut: stack.cut };
  }

  /** Count, then addresses with markers among them. Gives the place behind. */
  #readChain(at: number, userChain: bigint[]): number {
    const end = at + 8 + 8 * this.#number(at);
    let user = false;
    for (let place = at + 8; place < end; place += 8) {
      const address = this.#view.getBigUint64(place, true);
      if (address >= CONTEXT_FIRST) user = address === PERF_CONTEXT_USER;
      else if (user) userChain.push(address);
    }
    return end;
  }

  /** ABI (0: none), then one word per bit of the mask. */
  #readRegisters(at: number): { registers: PerfSample['registers']; next: number } {
    if (this.#number(at) === 0) return { registers: null, next: at + 8 };
    const registers = new Map<number, bigint>();
    let next = at + 8;
    for (let bit = 0; bit < 64; bit++) {
      if ((this.#layout.registerMask & (1n << BigInt(bit))) === 0n) continue;
      registers.set(bit, this.#view.getBigUint64(next, true));
      next += 8;
    }
    return { registers, next };
  }

  /** Room, the bytes, and (where there is room) how much of them was copied. */
  #readStack(at: number): { stack: Uint8Array; cut: boolean } {
    const room = this.#number(at);
    if (room === 0) return { stack: new Uint8Array(), cut: false };
    const copied = Math.min(room, this.#number(at + 8 + room));
    return { stack: this.#bytes.subarray(at + 8, at + 8 + copied), cut: copied === room };
  }
}
