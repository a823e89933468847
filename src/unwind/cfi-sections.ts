// Where an ELF file keeps call frame information: .eh_frame, and .debug_frame where somebody left it in.
import { BinaryFormatError } from '../binary/binary-format-error.ts';
import { readBytes } from '../binary/byte-source.ts';
import { Cursor } from '../binary/cursor.ts';
import { PT_GNU_EH_FRAME, SHT_NOBITS } from '../binary/elf/constants.ts';
import type { ElfFile } from '../binary/elf/elf-file.ts';
import { sectionSource } from '../binary/elf/section-data.ts';
import type { Section } from '../binary/elf/sections.ts';
import { locate, wordAt } from './code-segments.ts';
import { DW_EH_PE_omit } from './dwarf-constants.ts';
import { readEncodedPointer, readStored, type PointerBases } from './encoded-pointer.ts';

export interface CfiSection {
  /** For errors: its name in the file. */
  name: string;
  /** .eh_frame says CIE by 0 and points back by distance; .debug_frame says it by all ones and points by offset. */
  isEh: boolean;
  bytes: Uint8Array;
  bases: PointerBases;
  /** A length of zero ends it: its true end is not known. */
  endsAtZero: boolean;
  /** FDEs after which nothing is read. */
  maxFdes: number;
}

/** libxul has 12 MB, Chromium's own 0.4 MB, the largest C++ programs known 60 MB. */
const MAX_SECTION_BYTES = 64 << 20;

/** The sections in the order of their authority. Throws `BinaryFormatError` for one that cannot be read. */
export function cfiSections(elf: ElfFile): CfiSection[] {
  const found: CfiSection[] = [];
  const sections = elf.sections().filter(({ type, size }) => type !== SHT_NOBITS && size > 0);
  for (const section of sections) if (section.name === '.eh_frame') found.push(ehFrame(elf, section));
  if (found.length === 0) {
    const unnamed = ehFrameOfHeader(elf);
    if (unnamed !== null) found.push(unnamed);
  }
  for (const section of sections) {
    if (/^\.z?debug_frame$/.test(section.name)) found.push(debugFrame(elf, section));
  }
  return found;
}

function ehFrame(elf: ElfFile, section: Section): CfiSection {
  const bytes = sectionBytes(elf, section.name, section.offset, section.size);
  const bases = basesOf(elf, section.address, bytes);
  return { name: section.name, isEh: true, bytes, bases, endsAtZero: false, maxFdes: Infinity };
}

/** It may be compressed, as all debug sections. */
function debugFrame(elf: ElfFile, section: Section): CfiSection {
  const { name } = section;
  const limits = { maxBytes: MAX_SECTION_BYTES, maxMemoryBytes: MAX_SECTION_BYTES };
  const source = sectionSource(elf, section, limits);
  if (source.size > MAX_SECTION_BYTES) throw tooLarge(name, source.size);
  const bytes = readBytes(source, 0, source.size, name);
  return { name, isEh: false, bytes, bases: basesOf(elf, 0, bytes), endsAtZero: false, maxFdes: Infinity };
}

/** Without section headers: .eh_frame_hdr, which has a segment of its own, says where .eh_frame begins. */
function ehFrameOfHeader(elf: ElfFile): CfiSection | null {
  const segment = elf.segments.find(({ type }) => type === PT_GNU_EH_FRAME);
  if (segment === undefined || segment.filesz === 0) return null;
  const size = Math.min(segment.filesz, 64);
  const header = readBytes(elf.source, segment.offset, size, '.eh_frame_hdr');
  const cursor = new Cursor(header, '.eh_frame_hdr', elf.header.littleEndian);
  const version = cursor.u8();
  if (version !== 1) cursor.fail('bad-value', `version ${version}`);
  const [pointerEncoding, countEncoding] = [cursor.u8(), cursor.u8()];
  cursor.u8(); // of the search table
  // In it, "data relative" counts from the header itself.
  const bases = { ...basesOf(elf, segment.vaddr, header), data: segment.vaddr };
  const address = readEncodedPointer(cursor, pointerEncoding, bases);
  const place = address === null ? null : locate(elf, address);
  if (address === null || place === null) return null;
  const counted = countEncoding !== DW_EH_PE_omit;
  const maxFdes = counted ? readStored(cursor, countEncoding, bases.addressBytes) : Infinity;
  const most = Math.min(place.bytes, elf.source.size - place.offset, MAX_SECTION_BYTES);
  const bytes = sectionBytes(elf, '.eh_frame', place.offset, most);
  return {
    name: '.eh_frame',
    isEh: true,
    bytes,
    bases: basesOf(elf, address, bytes),
    endsAtZero: true,
    maxFdes,
  };
}

function sectionBytes(elf: ElfFile, name: string, offset: number, size: number): Uint8Array {
  if (size > MAX_SECTION_BYTES) throw tooLarge(name, size);
  return readBytes(elf.source, offset, size, name);
}

function tooLarge(name: string, size: number): BinaryFormatError {
  return new BinaryFormatError('limit', name, 0, `${size} bytes, at most ${MAX_SECTION_BYTES} are read`);
}

function basesOf(elf: ElfFile, address: number, bytes: Uint8Array): PointerBases {
  const addressOf = (name: string): number | null =>
    elf.sections().find((section) => section.name === name)?.address ?? null;
  return {
    section: address,
    sectionByteOffset: bytes.byteOffset,
    text: addressOf('.text'),
    // x86-64 has one table for both; what is data relative counts from it.
    data: addressOf('.got.plt') ?? addressOf('.got'),
    addressBytes: elf.header.is64 ? 8 : 4,
    wordAt: (at) => wordAt(elf, at),
  };
}
