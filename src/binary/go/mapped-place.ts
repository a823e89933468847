// From an ELF virtual address to the bytes behind it.
import type { ElfFile } from '../elf/elf-file.ts';
import type { Segment } from '../elf/segments.ts';

export class MappedPlaces {
  private readonly loads: readonly Segment[];

  constructor(elf: ElfFile) {
    this.loads = elf.loads();
  }

  /** File offset of `bytes` bytes at the address; null where no segment has them from the file. */
  find(address: number, bytes: number): number | null {
    for (const { vaddr, offset, filesz } of this.loads) {
      if (address >= vaddr && address + bytes <= vaddr + filesz) return offset + (address - vaddr);
    }
    return null;
  }
}
