// What native/bpf-programs.h writes: a directory of sections, each an array of records as the kernel gave them.
import { BinaryFormatError } from '../../binary/binary-format-error.ts';
import { readCursor, type ByteSource } from '../../binary/byte-source.ts';
import type { Cursor } from '../../binary/cursor.ts';

/** "PLBP": every number of a dump is in the byte order of the machine, and those that have BPF JITs are little endian. */
export const DUMP_MAGIC = 0x5042_4c50;
export const DUMP_VERSION = 1;
/** Magic, version, id of the program, number of sections: u32 each. */
export const DUMP_HEADER_BYTES = 16;
/** Kind, bytes of a record, offset of the first from the start of the dump, number of records: u32 each. */
export const DUMP_ENTRY_BYTES = 16;

/** `BpfDumpKind` of native/bpf-programs.h. */
export const DUMP_KIND = {
  name: 1,
  tag: 2,
  functionTag: 3,
  functionAddress: 4,
  functionLength: 5,
  functionInfo: 6,
  lineInfo: 7,
  lineAddress: 8,
  btf: 9,
} as const;
export type DumpKind = (typeof DUMP_KIND)[keyof typeof DUMP_KIND];

interface Entry {
  recordBytes: number;
  offset: number;
  count: number;
}

/** One of each kind above, and room for those of later versions. */
const MAX_SECTIONS = 64;
/** BPF programs have at most a million instructions, of which each may have a line (BPF_COMPLEXITY_LIMIT_INSNS). */
const MAX_RECORDS = 1_000_000;
/** Records of the kernel have 4 to 16 bytes, and may grow. */
const MAX_RECORD_BYTES = 256;

export class DumpSections {
  readonly source: ByteSource;
  private readonly entries = new Map<number, Entry>();

  /** Sections of kinds that are not known are passed over. Throws `BinaryFormatError`. */
  constructor(source: ByteSource) {
    this.source = source;
    const header = readCursor(source, 0, DUMP_HEADER_BYTES, 'BPF dump', true);
    if (header.u32() !== DUMP_MAGIC) header.fail('bad-magic', 'not the dump of a BPF program');
    const version = header.u32();
    if (version !== DUMP_VERSION) header.fail('bad-value', `version ${version}`);
    header.skip(4); // id of the program
    const count = header.u32();
    if (count > MAX_SECTIONS) header.fail('limit', `${count} sections`);
    const directory = readCursor(source, DUMP_HEADER_BYTES, count * DUMP_ENTRY_BYTES, 'BPF dump', true);
    for (let i = 0; i < count; i++) this.addEntry(directory);
  }

  /** Where a section of single bytes lies, of size 0 where it is not there. */
  range(kind: DumpKind): { offset: number; size: number } {
    const entry = this.entries.get(kind);
    return entry === undefined ? { offset: 0, size: 0 } : { offset: entry.offset, size: sizeOf(entry) };
  }

  /**
   * Calls with a cursor at each record's first byte, at most `most` times, and gives the number of records.
   * `fieldBytes`: what a record must have at least; newer kernels may append to it.
   */
  forEach(
    kind: DumpKind,
    fieldBytes: number,
    most: number,
    visit: (record: Cursor, row: number) => void,
  ): number {
    const entry = this.entries.get(kind);
    if (entry === undefined || entry.count === 0) return 0;
    const { recordBytes, offset } = entry;
    if (recordBytes < fieldBytes || recordBytes > MAX_RECORD_BYTES) {
      throw new BinaryFormatError('bad-value', sectionName(kind), offset, `records of ${recordBytes} bytes`);
    }
    if (entry.count > MAX_RECORDS) {
      throw new BinaryFormatError('limit', sectionName(kind), offset, `${entry.count} records`);
    }
    const count = Math.min(entry.count, most);
    const cursor = readCursor(this.source, offset, count * recordBytes, sectionName(kind), true);
    for (let row = 0; row < count; row++) {
      cursor.seek(row * recordBytes);
      visit(cursor, row);
    }
    return count;
  }

  /** Number of records of a kind: less than the dump has bytes. */
  count(kind: DumpKind): number {
    return this.entries.get(kind)?.count ?? 0;
  }

  private addEntry(directory: Cursor): void {
    const kind = directory.u32();
    const entry = { recordBytes: directory.u32(), offset: directory.u32(), count: directory.u32() };
    if (entry.recordBytes === 0) directory.fail('bad-value', `${sectionName(kind)}: records of 0 bytes`);
    if (entry.offset + sizeOf(entry) > this.source.size) {
      directory.fail('truncated', `${sectionName(kind)}: ${sizeOf(entry)} bytes at ${entry.offset}`);
    }
    this.entries.set(kind, entry);
  }
}

function sizeOf({ recordBytes, count }: Entry): number {
  return recordBytes * count;
}

function sectionName(kind: number): string {
  const known = Object.entries(DUMP_KIND).find(([, number]) => number === kind);
  return `BPF dump: ${known?.[0] ?? `section ${kind}`}`;
}
