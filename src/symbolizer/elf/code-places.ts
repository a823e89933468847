// CodePlaces: what of a file is code, by its sections, or by its segments where it has no sections.
import type { ElfFile } from '../../binary/elf/elf-file.ts';
import type { Section } from '../../binary/elf/sections.ts';
import type { Segment } from '../../binary/elf/segments.ts';

/** Programs have one to three; each is gone through for every symbol. */
const MAX_EXECUTABLE_SEGMENTS = 16;

export class CodePlaces {
  private readonly sections: readonly Section[];
  private readonly segments: readonly Segment[];

  /** Throws `BinaryFormatError`. */
  constructor(elf: ElfFile) {
    this.sections = elf.sections();
    const executable = elf.loads().filter((segment) => segment.executable);
    this.segments = executable.slice(0, MAX_EXECUTABLE_SEGMENTS);
  }

  /** Whether a symbol of section number `section` (negative: reserved) at `address` is in executable code. */
  isCode(section: number, address: number): boolean {
    if (this.sections.length > 0) return this.sections[section]?.executable === true;
    return this.segmentEnd(address) > 0;
  }

  /** Where the symbol's section ends; 0 for a symbol that lies outside the section it names. */
  end(section: number, address: number): number {
    if (this.sections.length === 0) return this.segmentEnd(address);
    const found = this.sections[section];
    return found === undefined || address < found.address ? 0 : found.address + found.size;
  }

  private segmentEnd(address: number): number {
    const around = this.segments.find(({ vaddr, filesz }) => address >= vaddr && address < vaddr + filesz);
    return around === undefined ? 0 : around.vaddr + around.filesz;
  }
}
