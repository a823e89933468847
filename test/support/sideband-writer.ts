// Writes perf side-band records byte by byte, as perf_event_open(2) lays them out for our events.

/** PERF_RECORD_* and PERF_RECORD_MISC_* of include/uapi/linux/perf_event.h. */
export const PERF_RECORD = {
  lost: 2,
  comm: 3,
  exit: 4,
  throttle: 5,
  fork: 7,
  mmap2: 10,
  ksymbol: 17,
  bpfEvent: 18,
} as const;
export const MISC_COMM_EXEC = 1 << 13;
export const MISC_MMAP_BUILD_ID = 1 << 14;

const u16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
};
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const u64 = (value: bigint | number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
/** The kernel pads a name with NULs, at least one, to a multiple of eight bytes. */
const name = (text: string): Buffer => {
  const bytes = Buffer.from(text);
  return Buffer.concat([bytes, Buffer.alloc(8 - (bytes.length % 8))]);
};

export interface RecordStamp {
  /** CLOCK_MONOTONIC. */
  timeNs: bigint | number;
  pid?: number;
  tid?: number;
  cpu?: number;
}

/** Header, body, and the sample_id that ends every record of ours. */
export function sidebandRecord(
  type: number,
  misc: number,
  body: readonly Buffer[],
  { timeNs, pid = 0, tid = pid, cpu = 0 }: RecordStamp,
): Buffer {
  const sampleId = [
    u32(pid), //
    u32(tid),
    u64(timeNs),
    u32(cpu),
    u32(0), // reserved
  ];
  const rest = Buffer.concat([...body, ...sampleId]);
  return Buffer.concat([
    u32(type), //
    u16(misc),
    u16(8 + rest.length), // size, header included
    rest,
  ]);
}

export interface Mmap2Fields {
  timeNs: bigint | number;
  pid: number;
  start: bigint;
  length: bigint;
  pageOffset?: bigint;
  path: string;
  major?: number;
  minor?: number;
  inode?: bigint;
  generation?: bigint;
  misc?: number;
}

export function mmap2Record(fields: Mmap2Fields): Buffer {
  const { timeNs, pid, start, length, pageOffset = 0n, path } = fields;
  const body = [
    u32(pid),
    u32(pid), // tid
    u64(start),
    u64(length),
    u64(pageOffset),
    u32(fields.major ?? 8),
    u32(fields.minor ?? 1),
    u64(fields.inode ?? 0n),
    u64(fields.generation ?? 0n),
    u32(5), // PROT_READ | PROT_EXEC
    u32(2), // MAP_PRIVATE
    name(path),
  ];
  return sidebandRecord(PERF_RECORD.mmap2, fields.misc ?? 0, body, { timeNs, pid });
}

export function commRecord(fields: {
  timeNs: bigint | number;
  pid: number;
  tid?: number;
  comm: string;
  exec?: boolean;
}): Buffer {
  const { timeNs, pid, tid = pid, comm, exec = false } = fields;
  const body = [
    u32(pid), //
    u32(tid),
    name(comm),
  ];
  return sidebandRecord(PERF_RECORD.comm, exec ? MISC_COMM_EXEC : 0, body, { timeNs, pid, tid });
}

interface TaskFields {
  timeNs: bigint | number;
  pid: number;
  parent: number;
  tid?: number;
}

function taskRecord(type: number, { timeNs, pid, parent, tid = pid }: TaskFields): Buffer {
  const body = [
    u32(pid),
    u32(parent),
    u32(tid),
    u32(parent), // the parent's thread
    u64(timeNs),
  ];
  return sidebandRecord(type, 0, body, { timeNs, pid: parent });
}

export const forkRecord = (fields: TaskFields): Buffer => taskRecord(PERF_RECORD.fork, fields);
export const exitRecord = (fields: TaskFields): Buffer => taskRecord(PERF_RECORD.exit, fields);

export function ksymbolRecord(fields: {
  timeNs: bigint | number;
  address: bigint;
  length: number;
  name: string;
  kind?: number;
  unregister?: boolean;
}): Buffer {
  const body = [
    u64(fields.address),
    u32(fields.length),
    u16(fields.kind ?? 1), // PERF_RECORD_KSYMBOL_TYPE_BPF
    u16(fields.unregister === true ? 1 : 0), // PERF_RECORD_KSYMBOL_FLAGS_UNREGISTER
    name(fields.name),
  ];
  return sidebandRecord(PERF_RECORD.ksymbol, 0, body, { timeNs: fields.timeNs });
}

/** `type`: 1 PERF_BPF_EVENT_PROG_LOAD, 2 PERF_BPF_EVENT_PROG_UNLOAD. */
export function bpfRecord(fields: { timeNs: bigint | number; id: number; type?: number }): Buffer {
  const body = [
    u16(fields.type ?? 1),
    u16(0), // flags
    u32(fields.id),
    u64(0x1234n), // tag
  ];
  return sidebandRecord(PERF_RECORD.bpfEvent, 0, body, { timeNs: fields.timeNs });
}

export function lostRecord(timeNs: bigint | number, count: number): Buffer {
  const body = [
    u64(77), // id of the event
    u64(count),
  ];
  return sidebandRecord(PERF_RECORD.lost, 0, body, { timeNs });
}
