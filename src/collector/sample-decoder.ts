// Decoder of a CPU's log: samples, and the mirror of the stacks that the BPF program sent lately.
import { COMM_BYTES, MAX_FRAMES, SAMPLE, SAMPLE_FLAGS, SENT_SLOTS } from './wire.gen.ts';

/** A stack as the BPF program saw it, of one process: runtime addresses, leaf first. */
export interface RawStack {
  readonly hash: bigint;
  readonly kernel: BigUint64Array;
  readonly user: BigUint64Array;
  readonly kthread: boolean;
  readonly userError: boolean;
  readonly kernelError: boolean;
}

export interface RawSample {
  cpu: number;
  /** CLOCK_MONOTONIC, ns. */
  timeNs: number;
  periodNs: number;
  pid: number;
  tid: number;
  uid: number;
  /** Start of the process since boot, ns. */
  startNs: bigint;
  cgroupV2: bigint;
  cgroupV1: bigint;
  threadName: string;
  userMode: boolean;
  /** Null where the body was lost with a record that we never saw. */
  stack: RawStack | null;
}

/** Follows the log of one CPU. Sequence numbers show what is missing. */
export class SampleDecoder {
  readonly #cpu: number;
  readonly #mirror = new Array<RawStack | undefined>(SENT_SLOTS);
  /** Sequence number that the next record should have. Null before the first. */
  next: number | null = null;

  constructor(cpu: number) {
    this.#cpu = cpu;
  }

  /** `onGap` gets the sequence number expected (null at the start) and the one found. */
  decode(
    bytes: Uint8Array,
    onSample: (sample: RawSample) => void,
    onGap: (expected: number | null, found: number) => void,
  ): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < bytes.length;) {
      const size = view.getUint32(at + SAMPLE.size, true);
      if (size < SAMPLE.bytes || at + size > bytes.length) {
        throw new RangeError(`log record of ${size} bytes at ${at} of ${bytes.length}`);
      }
      const record = new DataView(view.buffer, view.byteOffset + at, size);
      const sequence = Number(record.getBigUint64(SAMPLE.sequence, true));
      if (sequence !== this.next) onGap(this.next, sequence);
      this.next = sequence + 1;
      onSample(this.#sample(record));
      at += size;
    }
  }

  #sample(record: DataView): RawSample {
    const flags = record.getUint16(SAMPLE.flags, true);
    return {
      cpu: this.#cpu,
      timeNs: Number(record.getBigUint64(SAMPLE.time_ns, true)),
      periodNs: Number(record.getBigUint64(SAMPLE.period_ns, true)),
      pid: record.getUint32(SAMPLE.tgid, true),
      tid: record.getUint32(SAMPLE.tid, true),
      uid: record.getUint32(SAMPLE.uid, true),
      startNs: record.getBigUint64(SAMPLE.start_ns, true),
      cgroupV2: record.getBigUint64(SAMPLE.cgroup_v2, true),
      cgroupV1: record.getBigUint64(SAMPLE.cgroup_v1, true),
      threadName: commText(record),
      userMode: (flags & SAMPLE_FLAGS.userMode) !== 0,
      stack: this.#stack(record, flags),
    };
  }

  #stack(record: DataView, flags: number): RawStack | null {
    const slot = record.getUint16(SAMPLE.slot, true) % SENT_SLOTS;
    const hash = record.getBigUint64(SAMPLE.stack_hash, true);
    if ((flags & SAMPLE_FLAGS.body) === 0) {
      const known = this.#mirror[slot];
      return known?.hash === hash ? known : null;
    }
    const kernelFrames = Math.min(record.getUint16(SAMPLE.kernel_frames, true), MAX_FRAMES);
    const userFrames = Math.min(record.getUint16(SAMPLE.user_frames, true), MAX_FRAMES);
    const stack: RawStack = {
      hash,
      kernel: addresses(record, SAMPLE.bytes, kernelFrames),
      user: addresses(record, SAMPLE.bytes + kernelFrames * 8, userFrames),
      kthread: (flags & SAMPLE_FLAGS.kthread) !== 0,
      userError: (flags & SAMPLE_FLAGS.userError) !== 0,
      kernelError: (flags & SAMPLE_FLAGS.kernelError) !== 0,
    };
    this.#mirror[slot] = stack;
    return stack;
  }
}

function commText(record: DataView): string {
  const bytes = Buffer.from(record.buffer, record.byteOffset + SAMPLE.comm, COMM_BYTES);
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? COMM_BYTES : end);
}

function addresses(record: DataView, at: number, count: number): BigUint64Array {
  const result = new BigUint64Array(count);
  for (let i = 0; i < count; i++) result[i] = record.getBigUint64(at + i * 8, true);
  return result;
}
