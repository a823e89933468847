// ElfDebugSections: an ELF file's sections by name, decompressed, as the readers of debug information ask for them.
import { SHT_NOBITS } from '../../binary/elf/constants.ts';
import type { ElfFile } from '../../binary/elf/elf-file.ts';
import { sectionSource, type SectionDataOptions, type SectionSource } from '../../binary/elf/section-data.ts';
import type { Section } from '../../binary/elf/sections.ts';
import type { DebugSections } from '../dwarf/debug-sections.ts';

export class ElfDebugSections implements DebugSections {
  readonly littleEndian: boolean;
  readonly is64: boolean;
  private readonly elf: ElfFile;
  private readonly options: SectionDataOptions;
  private readonly opened = new Map<string, SectionSource | null>();

  /** The file's source must stay readable. */
  constructor(elf: ElfFile, options: SectionDataOptions = {}) {
    this.elf = elf;
    this.options = options;
    this.littleEndian = elf.header.littleEndian;
    this.is64 = elf.header.is64;
  }

  /** Bytes of memory that decompressed sections take. */
  get byteLength(): number {
    let sum = 0;
    for (const source of this.opened.values()) sum += source?.byteLength ?? 0;
    return sum;
  }

  /** `.debug_info` is also found as `.zdebug_info`. Throws `BinaryFormatError` for a section that lies outside the file. */
  section(name: string): SectionSource | null {
    const known = this.opened.get(name);
    if (known !== undefined) return known;
    const section = findSection(this.elf, name);
    const source = section === undefined ? null : sectionSource(this.elf, section, this.options);
    this.opened.set(name, source);
    return source;
  }

  /** Gives back memory and temporary files; what `section` gave cannot be read any more. */
  close(): void {
    for (const source of this.opened.values()) source?.close();
    this.opened.clear();
  }
}

/** Whether the file itself has DWARF. Throws `BinaryFormatError`. */
export function hasDebugInfo(elf: ElfFile): boolean {
  return findSection(elf, '.debug_info') !== undefined || findSection(elf, '.debug_info.dwo') !== undefined;
}

/** The first section of that name that has bytes in the file: a stripped file's debug file has the others as SHT_NOBITS. */
export function findSection(elf: ElfFile, name: string): Section | undefined {
  const packedName = name.replace(/^\.debug_/, '.zdebug_');
  const present = elf.sections().filter(({ type, size }) => type !== SHT_NOBITS && size > 0);
  return present.find((s) => s.name === name) ?? present.find((s) => s.name === packedName);
}
