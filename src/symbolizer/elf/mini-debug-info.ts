// .gnu_debugdata ("MiniDebugInfo"): an xz-compressed ELF file with the .symtab entries of functions that .dynsym lacks.
import { ElfFile } from '../../binary/elf/elf-file.ts';
import { sectionSource } from '../../binary/elf/section-data.ts';
import { unxz } from '../../binary/decompress/xz/container.ts';

const SECTION = '.gnu_debugdata';
/** Fedora's largest, libxul's, has 12 MB. */
const MAX_BYTES = 64 << 20;

export interface MiniDebugInfo {
  elf: ElfFile;
  /** Bytes of memory that it takes, decompressed. */
  byteLength: number;
}

/** Null where the file has none. Throws `BinaryFormatError`. */
export function readMiniDebugInfo(elf: ElfFile): MiniDebugInfo | null {
  const section = elf.sections().find(({ name }) => name === SECTION);
  if (section === undefined) return null;
  const source = unxz(sectionSource(elf, section), MAX_BYTES, SECTION);
  return { elf: new ElfFile(source), byteLength: source.size };
}
