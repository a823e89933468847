// FunctionDescriptors: where the code of a function is whose symbol says where its descriptor is.
import type { Cursor } from '../../binary/cursor.ts';
import { EM_PPC64 } from '../../binary/elf/constants.ts';
import type { ElfFile } from '../../binary/elf/elf-file.ts';
import { readSectionBytes, type Section } from '../../binary/elf/sections.ts';

/** Descriptors have 24 bytes: a million functions. */
const MAX_BYTES = 24 << 20;
/** Programs have .text, .init, .fini and few more; each is gone through for every symbol. */
const MAX_CODE_SECTIONS = 16;

/** 64-bit PowerPC ELF ABI supplement 1.9, section 3.2.1: descriptors begin with the address of the code. */
export class FunctionDescriptors {
  private readonly section: Section;
  private readonly index: number;
  private readonly content: Cursor;
  private readonly code: readonly { section: Section; index: number }[];

  private constructor(elf: ElfFile, section: Section, index: number) {
    this.section = section;
    this.index = index;
    this.content = readSectionBytes(elf.source, section, MAX_BYTES, elf.header.littleEndian);
    const numbered = elf.sections().map((each, i) => ({ section: each, index: i }));
    this.code = numbered.filter((each) => each.section.executable).slice(0, MAX_CODE_SECTIONS);
  }

  /** Null where symbols are of the code itself, as in version 2 of that ABI. Throws `BinaryFormatError`. */
  static of(elf: ElfFile): FunctionDescriptors | null {
    if (elf.header.machine !== EM_PPC64 || !elf.header.is64) return null;
    const index = elf.sections().findIndex(({ name }) => name === '.opd');
    return index < 0 ? null : new FunctionDescriptors(elf, elf.sections()[index]!, index);
  }

  /** Makes the symbol of a descriptor that of its code; others stay as they are. */
  resolve(symbol: { section: number; value: number }): void {
    const offset = symbol.value - this.section.address;
    if (symbol.section !== this.index || !(offset >= 0 && offset + 8 <= this.content.length)) return;
    this.content.seek(offset);
    const address = Number(this.content.u64());
    const code = this.code.find(({ section: { address: start, size } }) => {
      return address >= start && address < start + size;
    });
    if (code === undefined) return;
    symbol.value = address;
    symbol.section = code.index;
  }
}
