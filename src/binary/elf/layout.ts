// What the collector needs of an ELF file: its identity and where its bytes are mapped.
import { createHash, type Hash } from 'node:crypto';
import { BinaryFormatError } from '../binary-format-error.ts';
import { FdSource, isSystemError, readBytes, type ByteSource } from '../byte-source.ts';
import { PT_LOAD, PT_NOTE } from './constants.ts';
import { ElfFile } from './elf-file.ts';
import type { HeaderTable } from './header.ts';

/** A PT_LOAD segment. All values in bytes; `vaddr` is the ELF virtual address. */
export interface LoadSegment {
  offset: number;
  vaddr: number;
  filesz: number;
  memsz: number;
  executable: boolean;
}

export interface ElfLayout {
  ok: true;
  /** Lower-case hex, '' where the file has none. */
  buildId: string;
  /** Bytes of the file. */
  size: number;
  segments: LoadSegment[];
  /** Tells the file from all others: the build id where there is one, else a hash of sampled content. */
  contentKey: string;
}

export type ElfLayoutResult = ElfLayout | { ok: false; reason: 'bad-format' | 'no-file' };

const PAGE = 4096;
/** 64 pages cost under a millisecond from the page cache; with all headers and notes they tell rebuilt files apart. */
const SAMPLED_PAGES = 64;
const MAX_TABLE_BYTES = 64 * 1024;

/** Reads by position; the descriptor stays open. */
export function readElfLayout(fd: number): ElfLayoutResult {
  try {
    return elfLayout(new FdSource(fd));
  } catch (error) {
    if (error instanceof BinaryFormatError) return { ok: false, reason: 'bad-format' };
    // A descriptor that cannot be read (a directory, a file system that is gone) is not a format's fault.
    if (isSystemError(error)) return { ok: false, reason: 'no-file' };
    throw error;
  }
}

/** Throws `BinaryFormatError`. */
export function elfLayout(source: ByteSource): ElfLayout {
  const elf = new ElfFile(source);
  const segments = elf.loads().map(({ offset, vaddr, filesz, memsz, executable }) => {
    return { offset, vaddr, filesz, memsz, executable };
  });
  const buildId = elf.buildId();
  const contentKey = buildId === '' ? contentHash(elf) : buildId;
  return { ok: true, buildId, size: source.size, segments, contentKey };
}

/**
 * ELF virtual address of a file offset, or null where no segment maps it. An executable segment wins over others;
 * the kernel maps whole pages, so the slack of an executable segment's first and last page counts as mapped too.
 */
export function fileOffsetToAddress(segments: readonly LoadSegment[], offset: number): number | null {
  let plain: number | null = null;
  let slack: number | null = null;
  for (const segment of segments) {
    const address = offset - segment.offset + segment.vaddr;
    if (offset >= segment.offset && offset < segment.offset + segment.filesz) {
      if (segment.executable) return address;
      plain ??= address;
    } else if (segment.executable && segment.filesz > 0 && address >= 0 && inPages(segment, offset)) {
      slack ??= address;
    }
  }
  return slack ?? plain;
}

function inPages(segment: LoadSegment, offset: number): boolean {
  const from = Math.floor(segment.offset / PAGE) * PAGE;
  const until = Math.ceil((segment.offset + segment.filesz) / PAGE) * PAGE;
  return offset >= from && offset < until;
}

/**
 * Hash of size, headers, notes (a Go build id is one) and evenly spaced pages, most of them executable. Sampled, not
 * whole: Go binaries of 100 MB without a build id are common, and reading one through would evict the page cache.
 */
function contentHash(elf: ElfFile): string {
  const { source, header } = elf;
  const hash = createHash('sha256').update(`elf-content-v1\0${source.size}\0`);
  addRange(hash, source, 0, header.is64 ? 64 : 52);
  addTable(hash, source, header.programHeaders);
  addTable(hash, source, header.sectionHeaders);
  for (const segment of elf.segments.slice(0, SAMPLED_PAGES)) {
    if (segment.type === PT_NOTE) addRange(hash, source, segment.offset, Math.min(segment.filesz, PAGE));
  }
  const executable = elf.segments.filter((segment) => segment.type === PT_LOAD && segment.executable);
  const perSegment = Math.ceil((SAMPLED_PAGES * 3) / 4 / Math.max(1, executable.length));
  for (const segment of executable.slice(0, SAMPLED_PAGES)) {
    addPages(hash, source, segment.offset, segment.filesz, perSegment);
  }
  addPages(hash, source, 0, source.size, SAMPLED_PAGES / 4);
  return hash.digest('hex').slice(0, 40);
}

function addTable(hash: Hash, source: ByteSource, table: HeaderTable): void {
  addRange(hash, source, table.offset, Math.min(table.count * table.entrySize, MAX_TABLE_BYTES));
}

/** `count` pages from first to last, evenly spaced. */
function addPages(hash: Hash, source: ByteSource, offset: number, length: number, count: number): void {
  const pages = Math.ceil(length / PAGE);
  const taken = Math.min(pages, count);
  for (let i = 0; i < taken; i++) {
    const page = taken === 1 ? 0 : Math.floor((i * (pages - 1)) / (taken - 1));
    addRange(hash, source, offset + page * PAGE, Math.min(PAGE, length - page * PAGE));
  }
}

/** What lies past the end of the file is left out: headers of a truncated file may point there. */
function addRange(hash: Hash, source: ByteSource, offset: number, length: number): void {
  const available = Math.min(length, source.size - offset);
  if (available > 0) hash.update(readBytes(source, offset, available, 'content'));
}
