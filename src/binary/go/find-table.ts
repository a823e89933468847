// Where a file has its Go function table.
import { BinaryFormatError } from '../binary-format-error.ts';
import { readBytes } from '../byte-source.ts';
import { PT_LOAD, PT_NOTE, SHT_NOBITS } from '../elf/constants.ts';
import type { ElfFile } from '../elf/elf-file.ts';
import { notesOf } from '../elf/notes.ts';
import type { Segment } from '../elf/segments.ts';
import { GO_1_16, GO_1_18, GO_1_2, GO_1_20 } from './constants.ts';
import { findBytes } from './find-bytes.ts';
import { GoTable, type TableRange } from './go-table.ts';

/** By Go's linker: in programs, in PIEs and shared libraries. */
const SECTION_NAMES = ['.gopclntab', '.data.rel.ro.gopclntab'];
/** Sections that every Go file has until somebody takes the section headers away. */
const GO_SECTIONS = ['.go.buildinfo', '.note.go.buildid'];
/** The note's owner (cmd/link/internal/ld/elf.go, ELF_NOTE_GO_NAME). */
const GO_NOTE_OWNER = 'Go';
const MAX_NOTE_BYTES = 4096;
/** Of data that is looked through for the table in a file whose section headers do not say. */
const MAX_SEARCHED_BYTES = 512 << 20;
/** Four bytes that begin a table occur by chance; none of many has been seen to look like a header as well. */
const MAX_CANDIDATES = 64;

/** Null where the file has none. Throws `BinaryFormatError` where what is named as one is none. */
export function findGoTable(elf: ElfFile): GoTable | null {
  const section = elf.sections().find(({ name }) => SECTION_NAMES.includes(name));
  if (section !== undefined) {
    if (section.type === SHT_NOBITS) return null;
    return new GoTable(elf, section);
  }
  return mayBeGo(elf) ? searched(elf) : null;
}

/** Searching takes a while: it is not done in the millions of bytes of a C++ library. */
function mayBeGo(elf: ElfFile): boolean {
  const sections = elf.sections();
  if (sections.length === 0 || sections.some(({ name }) => GO_SECTIONS.includes(name))) return true;
  return elf.segments.some((segment) => segment.type === PT_NOTE && hasGoNote(elf, segment));
}

function hasGoNote(elf: ElfFile, { offset, filesz }: Segment): boolean {
  try {
    const bytes = readBytes(elf.source, offset, Math.min(filesz, MAX_NOTE_BYTES), 'notes');
    for (const { owner } of notesOf(bytes, elf.header.littleEndian)) if (owner === GO_NOTE_OWNER) return true;
  } catch (error) {
    // Notes that cannot be read say nothing.
    if (!(error instanceof BinaryFormatError)) throw error;
  }
  return false;
}

function searched(elf: ElfFile): GoTable | null {
  // Data first: linkers of old put read-only data into the segment of the code.
  const loads = elf.segments.filter(({ type, filesz }) => type === PT_LOAD && filesz > 0);
  let budget = MAX_SEARCHED_BYTES;
  for (const segment of [...loads.filter((s) => !s.executable), ...loads.filter((s) => s.executable)]) {
    const size = Math.min(segment.filesz, elf.source.size - segment.offset, budget);
    const table = size > 0 ? searchedIn(elf, segment, size) : null;
    if (table !== null) return table;
    budget -= Math.max(0, size);
  }
  return null;
}

function searchedIn(elf: ElfFile, segment: Segment, size: number): GoTable | null {
  const { littleEndian, is64 } = elf.header;
  const needles = [GO_1_20, GO_1_18, GO_1_16, GO_1_2].map((magic) => headerStart(magic, littleEndian));
  const places = findBytes(elf.source, segment.offset, size, needles, is64 ? 8 : 4, MAX_CANDIDATES);
  for (const place of places) {
    const inSegment = place - segment.offset;
    const table = tableOrNull(elf, {
      offset: place,
      size: segment.filesz - inSegment,
      address: segment.vaddr + inSegment,
    });
    if (table !== null) return table;
  }
  return null;
}

/** Magic and padding, as they are in the file. */
function headerStart(magic: number, littleEndian: boolean): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(6));
  bytes.setUint32(0, magic, littleEndian);
  return new Uint8Array(bytes.buffer);
}

function tableOrNull(elf: ElfFile, range: TableRange): GoTable | null {
  try {
    const table = new GoTable(elf, range);
    const { names, units, files, pcValues, functions } = table.header;
    const offsets = [names, units, files, pcValues, functions];
    return table.header.functionCount > 0 && offsets.every((offset) => offset < range.size) ? table : null;
  } catch (error) {
    if (error instanceof BinaryFormatError) return null;
    throw error;
  }
}
