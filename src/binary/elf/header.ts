// The ELF header, with the numbers that are kept in section header 0 where they outgrow 16 bits.
import { readCursor, type ByteSource } from '../byte-source.ts';
import {
  ELFCLASS32,
  ELFCLASS64,
  ELFDATA2LSB,
  ELFDATA2MSB,
  ELFMAG,
  PN_XNUM,
  SHN_XINDEX,
} from './constants.ts';

export interface ElfHeader {
  is64: boolean;
  littleEndian: boolean;
  /** e_type: 2 executable, 3 shared object or PIE. */
  type: number;
  /** e_machine: 62 x86-64, 183 AArch64, … */
  machine: number;
  entry: number;
  programHeaders: HeaderTable;
  sectionHeaders: HeaderTable;
  /** Index of the section that holds section names; 0 where there is none. */
  sectionNameIndex: number;
}

export interface HeaderTable {
  /** Bytes from the start of the file; 0 with `count` 0 where there is no table. */
  offset: number;
  entrySize: number;
  count: number;
}

const IDENT_BYTES = 16;

/** Throws `BinaryFormatError`. */
export function readElfHeader(source: ByteSource): ElfHeader {
  const ident = readCursor(source, 0, IDENT_BYTES, 'ELF header', false);
  if (ident.u32() !== ELFMAG) ident.fail('bad-magic', 'not an ELF file');
  const elfClass = ident.u8();
  if (elfClass !== ELFCLASS32 && elfClass !== ELFCLASS64) ident.fail('bad-value', `class ${elfClass}`);
  const data = ident.u8();
  if (data !== ELFDATA2LSB && data !== ELFDATA2MSB) ident.fail('bad-value', `data encoding ${data}`);
  const header = readFields(source, elfClass === ELFCLASS64, data === ELFDATA2LSB);
  resolveExtendedNumbers(source, header);
  return header;
}

function readFields(source: ByteSource, is64: boolean, littleEndian: boolean): ElfHeader {
  const cursor = readCursor(source, 0, is64 ? 64 : 52, 'ELF header', littleEndian);
  cursor.skip(IDENT_BYTES);
  const type = cursor.u16();
  const machine = cursor.u16();
  cursor.skip(4); // e_version
  const entry = is64 ? Number(cursor.u64()) : cursor.u32(); // informative only; a kernel's does not fit 53 bits
  const phoff = cursor.word(is64);
  const shoff = cursor.word(is64);
  cursor.skip(4 + 2); // e_flags, e_ehsize
  const programHeaders = { offset: phoff, entrySize: cursor.u16(), count: cursor.u16() };
  const sectionHeaders = { offset: shoff, entrySize: cursor.u16(), count: cursor.u16() };
  const sectionNameIndex = cursor.u16();
  return { is64, littleEndian, type, machine, entry, programHeaders, sectionHeaders, sectionNameIndex };
}

/** gABI: with 0xff00 or more sections or 0xffff segments the true numbers stand in section header 0. */
function resolveExtendedNumbers(source: ByteSource, header: ElfHeader): void {
  const { programHeaders, sectionHeaders, is64 } = header;
  if (sectionHeaders.offset === 0) {
    sectionHeaders.count = 0;
    header.sectionNameIndex = 0;
    return;
  }
  const extended =
    sectionHeaders.count === 0 || programHeaders.count === PN_XNUM || header.sectionNameIndex === SHN_XINDEX;
  if (!extended) return;
  const size = is64 ? 64 : 40;
  const first = readCursor(source, sectionHeaders.offset, size, 'section header 0', header.littleEndian);
  first.skip(is64 ? 32 : 20); // to sh_size
  const shSize = first.word(is64);
  const shLink = first.u32();
  const shInfo = first.u32();
  if (sectionHeaders.count === 0) sectionHeaders.count = shSize;
  if (programHeaders.count === PN_XNUM) programHeaders.count = shInfo;
  if (header.sectionNameIndex === SHN_XINDEX) header.sectionNameIndex = shLink;
}
