// Where an ELF file's code lies: virtual addresses of call frame information → offsets in the file.
import { readCursor, type ByteSource } from '../binary/byte-source.ts';
import { PT_LOAD } from '../binary/elf/constants.ts';
import type { ElfFile } from '../binary/elf/elf-file.ts';
import type { Segment } from '../binary/elf/segments.ts';
import { MAX_PAGES, PAGE_BITS } from './table-layout.gen.ts';

/** A piece of an executable segment that is in the file. */
export interface CodeSegment {
  /** Virtual addresses, the end excluded. */
  start: number;
  end: number;
  /** Virtual address - file offset. */
  bias: number;
}

/** What tables can address. */
export const MAX_FILE_OFFSET = MAX_PAGES * 2 ** PAGE_BITS;
/** Programs have one or two. A look-up goes through all of them. */
const MAX_CODE_SEGMENTS = 64;

export class CodeSegments {
  readonly all: readonly CodeSegment[];
  private last: CodeSegment | undefined;

  constructor(elf: ElfFile) {
    const most = Math.min(elf.source.size, MAX_FILE_OFFSET);
    this.all = elf.segments
      .filter((segment) => segment.type === PT_LOAD && segment.executable)
      .slice(0, MAX_CODE_SEGMENTS)
      .map((segment) => codeSegment(segment, most))
      .filter(({ start, end }) => end > start);
  }

  /** The first that has the address, or undefined. FDEs come in runs of one segment. */
  find(address: number): CodeSegment | undefined {
    const { last } = this;
    if (last !== undefined && address >= last.start && address < last.end) return last;
    this.last = this.all.find(({ start, end }) => address >= start && address < end);
    return this.last;
  }

  /** Of a file offset, the address in the first segment that has it; null where none does. */
  addressOf(offset: number): number | null {
    const found = this.all.find(({ start, end, bias }) => offset + bias >= start && offset + bias < end);
    return found === undefined ? null : offset + found.bias;
  }

  /** Bytes of the file that are code, or lie among it. */
  get bytes(): number {
    return this.all.reduce((sum, { start, end }) => sum + end - start, 0);
  }
}

function codeSegment({ vaddr, offset, filesz }: Segment, most: number): CodeSegment {
  const length = Math.max(0, Math.min(filesz, most - offset));
  return { start: vaddr, end: vaddr + length, bias: vaddr - offset };
}

/** File offset of a virtual address in any loaded segment, and the bytes of the segment from there on; or null. */
export function locate(elf: ElfFile, address: number): { offset: number; bytes: number } | null {
  for (const { vaddr, offset, filesz } of elf.loads()) {
    const inside = address - vaddr;
    if (inside >= 0 && inside < filesz) return { offset: offset + inside, bytes: filesz - inside };
  }
  return null;
}

/** The word at a virtual address, as the file has it: before relocation. Null where the file does not have it. */
export function wordAt(elf: ElfFile, address: number): number | null {
  const place = locate(elf, address);
  const size = elf.header.is64 ? 8 : 4;
  if (place === null || place.bytes < size || !covers(elf.source, place.offset, size)) return null;
  const cursor = readCursor(elf.source, place.offset, size, 'pointer', elf.header.littleEndian);
  const value = elf.header.is64 ? cursor.u64() : BigInt(cursor.u32());
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : null;
}

function covers(source: ByteSource, offset: number, bytes: number): boolean {
  return offset + bytes <= source.size;
}
