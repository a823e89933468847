// Function names of an ELF file by address.
import { readUntil, type ByteSource } from '../../binary/byte-source.ts';
import { decodeName, MAX_NAME_BYTES, withoutVersion } from '../symbol-name.ts';
import type { SymbolIndex } from '../symbol-index.ts';
import { SHT_DYNSYM, SHT_SYMTAB } from '../../binary/elf/constants.ts';
import type { ElfFile } from '../../binary/elf/elf-file.ts';
import { indexCodeSymbols } from './symbol-spans.ts';
import { readCodeSymbols, stringTable } from './symbols.ts';

/**
 * The names stay in the file: a hit reads one, by position. Node's 100 MB binary is thus known by 1.3 MB of index
 * instead of 9 MB, and every location is named once.
 */
export interface ElfSymbolTable {
  index: SymbolIndex;
  /** The string table in the file. */
  strings: { offset: number; size: number };
}

/**
 * .symtab where it names code, else .dynsym, in that order because the first holds all that the second does and
 * static functions too. Null where neither names code. Throws `BinaryFormatError`.
 */
export function readElfSymbols(elf: ElfFile): ElfSymbolTable | null {
  for (const type of [SHT_SYMTAB, SHT_DYNSYM]) {
    for (const table of elf.sections()) {
      if (table.type !== type || table.size === 0) continue;
      const { offset, size } = stringTable(elf, table);
      const index = indexCodeSymbols(readCodeSymbols(elf, table));
      if (index.length > 0) return { index, strings: { offset, size } };
    }
  }
  return null;
}

/** The name at an offset of the string table, '' for an empty one. Throws `BinaryFormatError`. */
export function readSymbolName(
  source: ByteSource,
  strings: { offset: number; size: number },
  at: number,
): string {
  const range = {
    offset: strings.offset + at,
    limit: strings.offset + strings.size,
    maxBytes: MAX_NAME_BYTES,
  };
  return withoutVersion(decodeName(readUntil(source, range, 0, 'string table')));
}
