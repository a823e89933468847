// Pointers that the loader fills in when it has chosen an address: where they stand in a position-independent file
// there are zeros, and the value is the addend of a relocation (gABI, "Relocation"; R_X86_64_RELATIVE and its like).
import { readCursor } from '../byte-source.ts';
import type { ElfFile } from '../elf/elf-file.ts';
import { findBytes } from './find-bytes.ts';
import type { MappedPlaces } from './mapped-place.ts';

const PT_DYNAMIC = 2;
const DT_NULL = 0;
const DT_RELA = 7;
const DT_RELASZ = 8;
/** Elf64_Rela: r_offset, r_info, r_addend. In 32 bits Go's machines keep addends in place (REL). */
const RELA_BYTES = 24;
const ADDEND_AT = 16;
/** About 11 million relocations. */
const MAX_RELOCATION_BYTES = 256 << 20;
const MAX_DYNAMIC_ENTRIES = 1024;
const ENTRIES_PER_READ = 1 << 15;

interface RelocationRange {
  /** Bytes from the start of the file. */
  offset: number;
  size: number;
}

export class LoaderPointers {
  private readonly elf: ElfFile;
  private readonly range: RelocationRange | null;

  /** Throws `BinaryFormatError`, as do the methods. */
  constructor(elf: ElfFile, places: MappedPlaces) {
    this.elf = elf;
    this.range = elf.header.is64 ? relocationRange(elf, places) : null;
  }

  /** Addresses where the loader will write a pointer to `target`; at most `max`. */
  to(target: number, max: number): number[] {
    if (this.range === null) return [];
    const { source, header } = this.elf;
    const { offset, size } = this.range;
    const needle = pointerBytes(target, true, header.littleEndian);
    const addresses: number[] = [];
    for (const place of findBytes(source, offset, size, [needle], 8, MAX_RELOCATION_BYTES / RELA_BYTES)) {
      const inEntry = (place - offset) % RELA_BYTES;
      if (inEntry !== ADDEND_AT) continue;
      const entry = readCursor(source, place - ADDEND_AT, 8, 'relocations', header.littleEndian);
      if (addresses.push(entry.u64Number()) === max) break;
    }
    return addresses;
  }

  /** What the loader will write from `start` up to `end` (addresses), by address. */
  within(start: number, end: number): Map<number, number> {
    const values = new Map<number, number>();
    if (this.range === null) return values;
    const { source, header } = this.elf;
    const { offset, size } = this.range;
    for (let at = 0; at < size; at += ENTRIES_PER_READ * RELA_BYTES) {
      const length = Math.min(ENTRIES_PER_READ * RELA_BYTES, size - at);
      const { view, littleEndian } = readCursor(
        source,
        offset + at,
        length,
        'relocations',
        header.littleEndian,
      );
      for (let entry = 0; entry + RELA_BYTES <= length; entry += RELA_BYTES) {
        const address = Number(view.getBigUint64(entry, littleEndian));
        if (address < start || address >= end) continue;
        values.set(address, Number(view.getBigUint64(entry + ADDEND_AT, littleEndian)));
      }
    }
    return values;
  }
}

/** A pointer as it stands in the file. */
export function pointerBytes(value: number, is64: boolean, littleEndian: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(is64 ? 8 : 4));
  if (is64) view.setBigUint64(0, BigInt(value), littleEndian);
  else view.setUint32(0, value, littleEndian);
  return new Uint8Array(view.buffer);
}

/** By the dynamic section, which a file without section headers has as well. */
function relocationRange(elf: ElfFile, places: MappedPlaces): RelocationRange | null {
  const dynamic = elf.segments.find(({ type }) => type === PT_DYNAMIC);
  if (dynamic === undefined) return null;
  const entries = Math.min(Math.floor(dynamic.filesz / 16), MAX_DYNAMIC_ENTRIES);
  const cursor = elf.cursor(dynamic.offset, entries * 16, 'dynamic section');
  let address = 0;
  let size = 0;
  for (let i = 0; i < entries; i++) {
    const tag = cursor.u64();
    if (tag === BigInt(DT_NULL)) break;
    const value = Number(cursor.u64());
    if (tag === BigInt(DT_RELA)) address = value;
    else if (tag === BigInt(DT_RELASZ)) size = value;
  }
  if (size === 0 || size > MAX_RELOCATION_BYTES) return null;
  const offset = places.find(address, size);
  return offset === null ? null : { offset, size };
}
