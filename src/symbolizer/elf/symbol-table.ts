// Where an ELF file's symbol tables are: by its sections, or by its dynamic segment where it has no sections.
import { BinaryFormatError } from '../../binary/binary-format-error.ts';
import { SHT_STRTAB, SHT_SYMTAB_SHNDX } from '../../binary/elf/constants.ts';
import type { ElfFile } from '../../binary/elf/elf-file.ts';
import { dynamicSymbolTable } from './dynamic-symbols.ts';

/** Offsets and sizes in bytes of the file. */
export interface FileRange {
  offset: number;
  size: number;
}

export interface SymbolTable extends FileRange {
  /** Named in errors. */
  name: string;
  entrySize: number;
  strings: FileRange;
  /** SHT_SYMTAB_SHNDX: the section numbers that do not fit 16 bits. */
  sectionNumbers: FileRange | null;
}

/** The first table of a type that is not empty, null where there is none. Throws `BinaryFormatError`. */
export function symbolTableOfType(elf: ElfFile, type: number): SymbolTable | null {
  const sections = elf.sections();
  const table = sections.find((section) => section.type === type && section.size > 0);
  if (table === undefined) return null;
  const strings = sections[table.link];
  if (strings?.type !== SHT_STRTAB) {
    throw new BinaryFormatError('bad-value', table.name, 0, `section ${table.link} is not its string table`);
  }
  const numbers = sections.find(({ type, link }) => type === SHT_SYMTAB_SHNDX && sections[link] === table);
  const entrySize = table.entrySize === 0 ? symbolSize(elf) : table.entrySize;
  const { name, offset, size } = table;
  return { name, offset, size, entrySize, strings, sectionNumbers: numbers ?? null };
}

/** A file without section headers (`sstrip`, some packers) still tells the dynamic linker. Throws `BinaryFormatError`. */
export function symbolTableOfSegments(elf: ElfFile): SymbolTable | null {
  return elf.header.sectionHeaders.count > 0 ? null : dynamicSymbolTable(elf);
}

/** Bytes of Elf64_Sym or Elf32_Sym. */
export function symbolSize(elf: ElfFile): number {
  return elf.header.is64 ? 24 : 16;
}
