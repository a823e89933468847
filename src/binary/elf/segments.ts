// Program headers: what of the file is mapped where.
import { BinaryFormatError } from '../binary-format-error.ts';
import { readBytes, type ByteSource } from '../byte-source.ts';
import { Cursor } from '../cursor.ts';
import { PF_X, PT_LOAD } from './constants.ts';
import type { ElfHeader, HeaderTable } from './header.ts';

export interface Segment {
  /** PT_LOAD, PT_NOTE, … */
  type: number;
  executable: boolean;
  /** Bytes from the start of the file. */
  offset: number;
  vaddr: number;
  /** Bytes in the file, and in memory (the rest is zeros). */
  filesz: number;
  memsz: number;
}

/** Linkers write about a dozen; core files one per mapping, up to vm.max_map_count. */
const MAX_SEGMENTS = 65_536;

/** Throws `BinaryFormatError`. */
export function readSegments(source: ByteSource, header: ElfHeader): Segment[] {
  const table = header.programHeaders;
  const bytes = readTable(source, table, header.is64 ? 56 : 32, MAX_SEGMENTS, 'program headers');
  const cursor = new Cursor(bytes, 'program headers', header.littleEndian);
  const segments: Segment[] = [];
  for (let i = 0; i < table.count; i++) {
    segments.push(readSegment(cursor.sub(table.entrySize), header.is64));
  }
  return segments;
}

function readSegment(cursor: Cursor, is64: boolean): Segment {
  const type = cursor.u32();
  // The 64-bit layout moved the flags forward, for alignment.
  let flags = is64 ? cursor.u32() : 0;
  const offset = cursor.word(is64);
  const vaddr = cursor.word(is64);
  cursor.word(is64); // p_paddr
  const filesz = cursor.word(is64);
  const memsz = cursor.word(is64);
  if (!is64) flags = cursor.u32();
  return { type, executable: (flags & PF_X) !== 0, offset, vaddr, filesz, memsz };
}

/** Where in the file the bytes at an ELF virtual address are, and how many follow in the same segment. */
export function placeOfAddress(
  segments: readonly Segment[],
  address: number,
): { offset: number; bytes: number } | null {
  for (const { type, vaddr, filesz, offset } of segments) {
    if (type !== PT_LOAD || address < vaddr || address >= vaddr + filesz) continue;
    return { offset: offset + address - vaddr, bytes: vaddr + filesz - address };
  }
  return null;
}

/** The bytes of a header table, after its declared size was checked against a cap and the file. */
export function readTable(
  source: ByteSource,
  table: HeaderTable,
  minEntrySize: number,
  maxCount: number,
  section: string,
): Uint8Array {
  if (table.count === 0) return new Uint8Array(0);
  if (table.entrySize < minEntrySize) {
    throw new BinaryFormatError('bad-value', section, 0, `entries of ${table.entrySize} bytes`);
  }
  if (table.count > maxCount) {
    throw new BinaryFormatError('limit', section, 0, `${table.count} entries, at most ${maxCount} are read`);
  }
  return readBytes(source, table.offset, table.count * table.entrySize, section);
}
