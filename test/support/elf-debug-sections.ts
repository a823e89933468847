// The debug sections of an ELF file, for tests of the DWARF reader by itself.
import { inflateSync } from 'node:zlib';
import { MemorySource, readBytes, type ByteSource } from '../../src/binary/byte-source.ts';
import { SHF_COMPRESSED, SHT_NOBITS } from '../../src/binary/elf/constants.ts';
import { ElfFile } from '../../src/binary/elf/elf-file.ts';
import type { Section } from '../../src/binary/elf/sections.ts';
import type { DebugSections } from '../../src/symbolizer/dwarf/debug-sections.ts';

/** Part of a file. */
class RangeSource implements ByteSource {
  readonly size: number;
  private readonly source: ByteSource;
  private readonly offset: number;

  constructor(source: ByteSource, { offset, size }: Section) {
    this.source = source;
    this.offset = offset;
    this.size = size;
  }

  readInto(target: Uint8Array, offset: number, section: string): void {
    if (offset + target.length > this.size)
      throw new RangeError(`${section}: read at ${offset} of ${this.size}`);
    this.source.readInto(target, this.offset + offset, section);
  }
}

export function elfDebugSections(source: ByteSource): DebugSections {
  const elf = new ElfFile(source);
  const { littleEndian, is64 } = elf.header;
  const section = (name: string): ByteSource | null => {
    const found = elf.sections().find((each) => each.name === name && each.type !== SHT_NOBITS);
    if (found === undefined) return null;
    return (found.flags & SHF_COMPRESSED) === 0 ? new RangeSource(source, found) : inflated(source, found);
  };
  return { littleEndian, is64, section };
}

/** zlib, in an ELF file of 64 bits: a header of 24 bytes before the data. */
function inflated(source: ByteSource, { offset, size, name }: Section): ByteSource {
  return new MemorySource(inflateSync(readBytes(source, offset + 24, size - 24, name)));
}

/** Sections as they are given: what a file of its own would be too much for. */
export function memorySections(
  sections: ReadonlyMap<string, Uint8Array>,
  littleEndian = true,
): DebugSections {
  const section = (name: string): ByteSource | null => {
    const bytes = sections.get(name);
    return bytes === undefined ? null : new MemorySource(bytes);
  };
  return { littleEndian, is64: true, section };
}
