// Writes records of a CPU's log (`struct pl_sample` of bpf/wire.h) byte by byte.
import type { WalkEnd } from '../../src/model/walk-end.ts';
import { WALK_ENDS } from '../../src/model/walk-end.ts';

/** PL_FLAG_* of bpf/wire.h. */
export const LOG_FLAG = {
  body: 1,
  userMode: 2,
  kthread: 4,
  kernelError: 8,
  byPointer: 16,
  uncached: 64,
  pending: 128,
} as const;

export interface LogRecordFields {
  sequence: number;
  timeNs?: bigint | number;
  periodNs?: number;
  pid?: number;
  tid?: number;
  uid?: number;
  startNs?: bigint;
  cgroupV2?: bigint;
  cgroupV1?: bigint;
  stackHash?: bigint;
  slot?: number;
  comm?: string;
  /** Without frames there is no body: the stack was sent before. */
  kernel?: readonly bigint[];
  user?: readonly bigint[];
  /** Of the user stack's walk; `root` where there are user frames. */
  walkEnd?: WalkEnd;
  skipped?: number;
  busyNs?: number;
  /** Besides PL_FLAG_BODY. */
  flags?: number;
}

const SAMPLE_BYTES = 104;

export function logRecord(fields: LogRecordFields): Buffer {
  const { kernel, user } = fields;
  const frames = [...(kernel ?? []), ...(user ?? [])];
  const hasBody = kernel !== undefined || user !== undefined;
  const record = Buffer.alloc(SAMPLE_BYTES + frames.length * 8);
  record.writeUInt32LE(record.length, 0); // size
  record.writeUInt16LE((fields.flags ?? 0) | (hasBody ? LOG_FLAG.body : 0), 4); // flags
  record.writeUInt16LE(fields.slot ?? 0, 6); // slot
  record.writeBigUInt64LE(BigInt(fields.sequence), 8); // sequence
  record.writeBigUInt64LE(BigInt(fields.timeNs ?? 0), 16); // time_ns
  record.writeBigUInt64LE(BigInt(fields.periodNs ?? 10_101_010), 24); // period_ns
  record.writeBigUInt64LE(fields.startNs ?? 0n, 32); // start_ns
  record.writeBigUInt64LE(fields.cgroupV2 ?? 0n, 40); // cgroup_v2
  record.writeBigUInt64LE(fields.cgroupV1 ?? 0n, 48); // cgroup_v1
  record.writeBigUInt64LE(fields.stackHash ?? 0n, 56); // stack_hash
  record.writeUInt32LE(fields.pid ?? 1, 64); // tgid
  record.writeUInt32LE(fields.tid ?? fields.pid ?? 1, 68); // tid
  record.writeUInt32LE(fields.uid ?? 0, 72); // uid
  record.writeUInt16LE(kernel?.length ?? 0, 76); // kernel_frames
  record.writeUInt16LE(user?.length ?? 0, 78); // user_frames
  record.write(fields.comm ?? '', 80, 16); // comm
  record.writeUInt32LE(fields.busyNs ?? 0, 96); // busy_ns
  record.writeUInt16LE(fields.skipped ?? 0, 100); // skipped_frames
  record.writeUInt8(WALK_ENDS.indexOf(fields.walkEnd ?? (user?.length ? 'root' : 'noUserStack')), 102); // walk_end
  frames.forEach((address, i) => record.writeBigUInt64LE(address, SAMPLE_BYTES + i * 8));
  return record;
}
