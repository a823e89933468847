// Decoder of perf side-band records (perf_event_open(2), sample_id_all with TID, TIME, CPU; little endian).

/** PERF_RECORD_* (include/uapi/linux/perf_event.h). */
const PERF_RECORD_LOST = 2;
const PERF_RECORD_COMM = 3;
const PERF_RECORD_EXIT = 4;
const PERF_RECORD_FORK = 7;
const PERF_RECORD_MMAP2 = 10;
const PERF_RECORD_KSYMBOL = 17;
const PERF_RECORD_BPF_EVENT = 18;

const PERF_RECORD_MISC_COMM_EXEC = 1 << 13;
const PERF_RECORD_KSYMBOL_TYPE_BPF = 1;
const PERF_RECORD_KSYMBOL_FLAGS_UNREGISTER = 1;
const PERF_BPF_EVENT_PROG_LOAD = 1;

const HEADER_BYTES = 8;
/** sample_id of our events: pid, tid (4 + 4), time (8), cpu, reserved (4 + 4). */
const SAMPLE_ID_BYTES = 24;

export type SidebandEvent =
  | {
      type: 'mmap';
      timeNs: number;
      pid: number;
      start: bigint;
      end: bigint;
      offset: number;
      path: string;
      file: MappedFile;
    }
  | { type: 'comm'; timeNs: number; pid: number; tid: number; comm: string; exec: boolean }
  | { type: 'fork'; timeNs: number; pid: number; parent: number }
  | { type: 'exit'; timeNs: number; pid: number }
  | { type: 'ksymbol'; timeNs: number; address: bigint; length: number; name: string; unregister: boolean }
  | { type: 'bpf-load'; timeNs: number; id: number }
  | { type: 'lost'; timeNs: number; count: number };

/** Identity of a mapped file. */
export interface MappedFile {
  /** As /proc/PID/maps prints it. */
  device: string;
  inode: string;
  /** Tells files apart that had the inode one after the other; '' where it is not known: /proc does not tell it. */
  generation: string;
}

/** Decodes one CPU's bytes. Records of other types are passed over; a malformed one ends the decoding with an error. */
export function decodeSideband(bytes: Uint8Array, onEvent: (event: SidebandEvent) => void): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length;) {
    const size = at + HEADER_BYTES <= bytes.length ? view.getUint16(at + 6, true) : 0;
    if (size < HEADER_BYTES + SAMPLE_ID_BYTES || at + size > bytes.length) {
      throw new RangeError(`side-band record of ${size} bytes at ${at} of ${bytes.length}`);
    }
    const event = decodeRecord(new DataView(view.buffer, view.byteOffset + at, size));
    if (event) onEvent(event);
    at += size;
  }
}

function decodeRecord(record: DataView): SidebandEvent | null {
  const misc = record.getUint16(4, true);
  // Beyond 2^53 (104 days of uptime) a number rounds to a few ns: enough for ordering.
  const timeNs = Number(record.getBigUint64(record.byteLength - 16, true));
  switch (record.getUint32(0, true)) {
    case PERF_RECORD_MMAP2:
      return decodeMmap2(record, timeNs);
    case PERF_RECORD_COMM: {
      const exec = (misc & PERF_RECORD_MISC_COMM_EXEC) !== 0;
      return {
        type: 'comm',
        timeNs,
        pid: u32(record, 8),
        tid: u32(record, 12),
        comm: text(record, 16),
        exec,
      };
    }
    case PERF_RECORD_FORK: {
      const [pid, parent, tid] = [u32(record, 8), u32(record, 12), u32(record, 16)];
      return pid === tid ? { type: 'fork', timeNs, pid, parent } : null; // else a thread
    }
    case PERF_RECORD_EXIT: {
      const [pid, tid] = [u32(record, 8), u32(record, 16)];
      return pid === tid ? { type: 'exit', timeNs, pid } : null;
    }
    case PERF_RECORD_KSYMBOL:
      return decodeKsymbol(record, timeNs);
    // type u16, flags u16, id u32, tag; the symbols of the program's functions have come before it.
    case PERF_RECORD_BPF_EVENT:
      return record.getUint16(8, true) === PERF_BPF_EVENT_PROG_LOAD
        ? { type: 'bpf-load', timeNs, id: u32(record, 12) }
        : null;
    case PERF_RECORD_LOST:
      return { type: 'lost', timeNs, count: Number(record.getBigUint64(16, true)) };
    default:
      return null;
  }
}

/**
 * pid, tid, addr u64, len u64, pgoff u64, maj, min, ino u64, generation u64, prot, flags, filename. The flag that says
 * that a build id stands in the place of the file's numbers is not looked at: we do not ask for build ids, and the
 * kernel leaves it set where another event does (native/bpf-program.cc).
 */
function decodeMmap2(record: DataView, timeNs: number): SidebandEvent {
  const start = record.getBigUint64(16, true);
  const u64 = (at: number): string => record.getBigUint64(at, true).toString();
  const file = { device: device(record), inode: u64(48), generation: u64(56) };
  return {
    type: 'mmap',
    timeNs,
    pid: u32(record, 8),
    start,
    end: start + record.getBigUint64(24, true),
    offset: Number(record.getBigUint64(32, true)),
    path: text(record, 72),
    file,
  };
}

/** As /proc/PID/maps prints it. */
function device(record: DataView): string {
  const part = (at: number): string => u32(record, at).toString(16).padStart(2, '0');
  return `${part(40)}:${part(44)}`;
}

/** addr u64, len u32, ksym_type u16, flags u16, name. */
function decodeKsymbol(record: DataView, timeNs: number): SidebandEvent | null {
  if (record.getUint16(20, true) !== PERF_RECORD_KSYMBOL_TYPE_BPF) return null;
  return {
    type: 'ksymbol',
    timeNs,
    address: record.getBigUint64(8, true),
    length: u32(record, 16),
    name: text(record, 24),
    unregister: (record.getUint16(22, true) & PERF_RECORD_KSYMBOL_FLAGS_UNREGISTER) !== 0,
  };
}

function u32(record: DataView, at: number): number {
  return record.getUint32(at, true);
}

/** NUL-terminated text that ends before the sample_id. */
function text(record: DataView, at: number): string {
  const bytes = Buffer.from(record.buffer, record.byteOffset + at, record.byteLength - SAMPLE_ID_BYTES - at);
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}
