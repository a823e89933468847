// Section headers.
import { BinaryFormatError } from '../binary-format-error.ts';
import { readBytes, readCursor, type ByteSource } from '../byte-source.ts';
import { Cursor } from '../cursor.ts';
import { SHF_EXECINSTR, SHT_NOBITS } from './constants.ts';
import type { ElfHeader } from './header.ts';
import { readTable } from './segments.ts';

export interface Section {
  name: string;
  /** SHT_SYMTAB, SHT_NOTE, … */
  type: number;
  executable: boolean;
  flags: number;
  address: number;
  /** Bytes from the start of the file. */
  offset: number;
  size: number;
  link: number;
  info: number;
  entrySize: number;
}

/** Programs have about 40; object files built with -ffunction-sections reach hundreds of thousands. */
const MAX_SECTIONS = 1 << 18;
const MAX_SECTION_NAMES_BYTES = 16 << 20;
const MAX_SECTION_NAME_BYTES = 4096;

/** Throws `BinaryFormatError`. Sections whose name cannot be read have the name ''. */
export function readSections(source: ByteSource, header: ElfHeader): Section[] {
  const table = header.sectionHeaders;
  const bytes = readTable(source, table, header.is64 ? 64 : 40, MAX_SECTIONS, 'section headers');
  const cursor = new Cursor(bytes, 'section headers', header.littleEndian);
  const sections: Section[] = [];
  const nameOffsets: number[] = [];
  for (let i = 0; i < table.count; i++) {
    const entry = cursor.sub(table.entrySize);
    nameOffsets.push(entry.u32());
    sections.push(readSection(entry, header.is64));
  }
  const names = sectionNames(source, sections[header.sectionNameIndex]);
  sections.forEach((section, i) => (section.name = nameAt(names, nameOffsets[i]!)));
  return sections;
}

/** A section's bytes in the file; none for SHT_NOBITS. Throws when it is longer than `maxBytes`. */
export function readSectionBytes(
  source: ByteSource,
  section: Section,
  maxBytes: number,
  littleEndian: boolean,
): Cursor {
  if (section.type === SHT_NOBITS) return new Cursor(new Uint8Array(0), section.name, littleEndian);
  if (section.size > maxBytes) {
    throw new BinaryFormatError(
      'limit',
      section.name,
      0,
      `${section.size} bytes, at most ${maxBytes} are read`,
    );
  }
  return readCursor(source, section.offset, section.size, section.name, littleEndian);
}

function readSection(cursor: Cursor, is64: boolean): Section {
  const type = cursor.u32();
  // Flags beyond bit 31 are the processor's own; the low half has every one that is asked for here.
  const flags = is64 ? Number(cursor.u64() & 0xffff_ffffn) : cursor.u32();
  const address = cursor.word(is64);
  const offset = cursor.word(is64);
  const size = cursor.word(is64);
  const link = cursor.u32();
  const info = cursor.u32();
  cursor.word(is64); // sh_addralign
  const entrySize = cursor.word(is64);
  const executable = (flags & SHF_EXECINSTR) !== 0;
  return { name: '', type, executable, flags, address, offset, size, link, info, entrySize };
}

function sectionNames(source: ByteSource, section: Section | undefined): Uint8Array {
  // Nothing that is looked up by type needs names, so a file without them is still read.
  if (section === undefined || section.type === SHT_NOBITS || section.size > MAX_SECTION_NAMES_BYTES) {
    return new Uint8Array(0);
  }
  return readBytes(source, section.offset, section.size, '.shstrtab');
}

/** Looks no further than a name may be long: else each of many headers could have megabytes searched. */
function nameAt(names: Uint8Array, offset: number): string {
  const most = names.subarray(offset, offset + MAX_SECTION_NAME_BYTES);
  const end = most.indexOf(0);
  return end < 0 ? '' : Buffer.from(most.buffer, most.byteOffset, end).toString('utf8');
}
