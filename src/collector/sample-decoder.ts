// Decoder of a CPU's log: samples, and the mirror of the stacks that the BPF program sent lately.
import { WALK_BY_POINTER } from '../model/walk-end.ts';
import {
  COMM_BYTES,
  MAX_KERNEL_FRAMES,
  MAX_USER_FRAMES,
  SAMPLE,
  SAMPLE_FLAGS,
  SENT_SLOTS,
} from './wire.gen.ts';

/** A stack as the BPF program saw it, of one process: runtime addresses, leaf first. */
export interface RawStack {
  readonly hash: bigint;
  readonly kernel: BigUint64Array;
  /** With FRAME_ bits. */
  readonly user: BigUint64Array;
  /** User frames left out behind the first LEAF_FRAMES. */
  readonly skipped: number;
  /** How the user stack's walk ended: a number of WALK_ENDS. */
  readonly walkEnd: number;
  /** The walk waits for an unwind table: what to ask `finishWalk` for. */
  readonly pending: number | null;
  readonly kthread: boolean;
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
  /** Number of WALK_ENDS, with WALK_BY_POINTER. */
  walk: number;
  /** Time in the BPF program, ns. */
  busyNs: number;
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
      const size = at + SAMPLE.bytes <= bytes.length ? view.getUint32(at + SAMPLE.size, true) : 0;
      if (size < SAMPLE.bytes || at + size > bytes.length) {
        throw new RangeError(`log record of ${size} bytes at ${at} of ${bytes.length}`);
      }
      const sequence = Number(view.getBigUint64(at + SAMPLE.sequence, true));
      if (sequence !== this.next) onGap(this.next, sequence);
      this.next = sequence + 1;
      onSample(this.#sample(view, at, size));
      at += size;
    }
  }

  #sample(view: DataView, at: number, size: number): RawSample {
    const flags = view.getUint16(at + SAMPLE.flags, true);
    return {
      cpu: this.#cpu,
      timeNs: Number(view.getBigUint64(at + SAMPLE.time_ns, true)),
      periodNs: Number(view.getBigUint64(at + SAMPLE.period_ns, true)),
      pid: view.getUint32(at + SAMPLE.tgid, true),
      tid: view.getUint32(at + SAMPLE.tid, true),
      uid: view.getUint32(at + SAMPLE.uid, true),
      startNs: view.getBigUint64(at + SAMPLE.start_ns, true),
      cgroupV2: view.getBigUint64(at + SAMPLE.cgroup_v2, true),
      cgroupV1: view.getBigUint64(at + SAMPLE.cgroup_v1, true),
      threadName: commText(view, at),
      userMode: (flags & SAMPLE_FLAGS.userMode) !== 0,
      walk:
        view.getUint8(at + SAMPLE.walk_end) | ((flags & SAMPLE_FLAGS.byPointer) !== 0 ? WALK_BY_POINTER : 0),
      busyNs: view.getUint32(at + SAMPLE.busy_ns, true),
      stack: this.#stack(view, at, size, flags),
    };
  }

  #stack(view: DataView, at: number, size: number, flags: number): RawStack | null {
    const slot = view.getUint16(at + SAMPLE.slot, true) % SENT_SLOTS;
    const hash = view.getBigUint64(at + SAMPLE.stack_hash, true);
    if ((flags & SAMPLE_FLAGS.body) === 0) {
      const known = this.#mirror[slot];
      return known?.hash === hash ? known : null;
    }
    const kernelFrames = Math.min(view.getUint16(at + SAMPLE.kernel_frames, true), MAX_KERNEL_FRAMES);
    const userFrames = Math.min(view.getUint16(at + SAMPLE.user_frames, true), MAX_USER_FRAMES);
    if (SAMPLE.bytes + (kernelFrames + userFrames) * 8 > size) {
      throw new RangeError(`log record of ${size} bytes with ${kernelFrames + userFrames} frames`);
    }
    const body = at + SAMPLE.bytes;
    const stack: RawStack = {
      hash,
      kernel: addresses(view, body, kernelFrames),
      user: addresses(view, body + kernelFrames * 8, userFrames),
      skipped: view.getUint16(at + SAMPLE.skipped_frames, true),
      walkEnd: view.getUint8(at + SAMPLE.walk_end),
      pending: (flags & SAMPLE_FLAGS.pending) !== 0 ? Number(hash) : null,
      kthread: (flags & SAMPLE_FLAGS.kthread) !== 0,
      kernelError: (flags & SAMPLE_FLAGS.kernelError) !== 0,
    };
    // The program does not know of a body that was made of a copy.
    if ((flags & SAMPLE_FLAGS.uncached) === 0) this.#mirror[slot] = stack;
    return stack;
  }
}

function commText(view: DataView, at: number): string {
  const bytes = Buffer.from(view.buffer, view.byteOffset + at + SAMPLE.comm, COMM_BYTES);
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? COMM_BYTES : end);
}

/** Copies bytes, not numbers: a `bigint` each would be most of the garbage that decoding makes. */
function addresses(view: DataView, at: number, count: number): BigUint64Array {
  const start = view.byteOffset + at;
  return new BigUint64Array(view.buffer.slice(start, start + count * 8) as ArrayBuffer);
}
