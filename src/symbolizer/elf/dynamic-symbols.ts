// The dynamic symbol table as the dynamic linker finds it: by PT_DYNAMIC, which needs no section headers.
import { BinaryFormatError } from '../../binary/binary-format-error.ts';
import { readCursor } from '../../binary/byte-source.ts';
import type { Cursor } from '../../binary/cursor.ts';
import {
  DT_GNU_HASH,
  DT_HASH,
  DT_NULL,
  DT_STRSZ,
  DT_STRTAB,
  DT_SYMENT,
  DT_SYMTAB,
  PT_DYNAMIC,
} from '../../binary/elf/constants.ts';
import type { ElfFile } from '../../binary/elf/elf-file.ts';
import { placeOfAddress } from '../../binary/elf/segments.ts';
import type { SymbolTable } from './symbol-table.ts';

const SECTION = 'dynamic segment';
/** Programs have about 30, plus one per library they need. */
const MAX_ENTRIES = 4096;
/** libxul exports 30,000 symbols; one hash bucket serves a few. */
const MAX_BUCKETS = 1 << 22;
const CHAIN_WORDS_AT_ONCE = 1024;

/** Null where the file has no dynamic segment, or it names no symbols. Throws `BinaryFormatError`. */
export function dynamicSymbolTable(elf: ElfFile): SymbolTable | null {
  const tags = readTags(elf);
  const symbols = tags.get(DT_SYMTAB);
  const strings = tags.get(DT_STRTAB);
  if (symbols === undefined || strings === undefined) return null;
  const entrySize = tags.get(DT_SYMENT) ?? (elf.header.is64 ? 24 : 16);
  const symbolPlace = placeOf(elf, symbols, 'DT_SYMTAB');
  const stringPlace = placeOf(elf, strings, 'DT_STRTAB');
  const size = symbolCount(elf, tags) * entrySize;
  if (size > symbolPlace.bytes) {
    throw new BinaryFormatError('truncated', SECTION, 0, `${size} bytes of symbols do not fit their segment`);
  }
  return {
    name: 'dynamic symbols',
    offset: symbolPlace.offset,
    size,
    entrySize,
    strings: {
      offset: stringPlace.offset,
      size: Math.min(tags.get(DT_STRSZ) ?? Infinity, stringPlace.bytes),
    },
    sectionNumbers: null,
  };
}

/** The first value of each tag. */
function readTags(elf: ElfFile): Map<number, number> {
  const tags = new Map<number, number>();
  const segment = elf.segments.find(({ type }) => type === PT_DYNAMIC);
  if (segment === undefined) return tags;
  const { is64 } = elf.header;
  const entryBytes = is64 ? 16 : 8;
  const count = Math.min(MAX_ENTRIES, Math.floor(segment.filesz / entryBytes));
  const cursor = elf.cursor(segment.offset, count * entryBytes, SECTION);
  for (let i = 0; i < count; i++) {
    const tag = is64 ? cursor.u64() : BigInt(cursor.u32());
    if (tag === BigInt(DT_NULL)) break;
    const value = is64 ? Number(cursor.u64()) : cursor.u32();
    if (tag <= 0xffff_ffffn && !tags.has(Number(tag))) tags.set(Number(tag), value);
  }
  return tags;
}

function placeOf(elf: ElfFile, address: number, tag: string): { offset: number; bytes: number } {
  const place = placeOfAddress(elf.segments, address);
  if (place !== null) return place;
  throw new BinaryFormatError('bad-value', SECTION, 0, `${tag} points outside the file`);
}

/** No tag tells the number of symbols: hash tables do. */
function symbolCount(elf: ElfFile, tags: ReadonlyMap<number, number>): number {
  const hash = tags.get(DT_HASH);
  // gABI: nbucket, nchain; there is one chain entry per symbol.
  if (hash !== undefined) return cursorAt(elf, placeOf(elf, hash, 'DT_HASH').offset + 4, 4).u32();
  const gnuHash = tags.get(DT_GNU_HASH);
  return gnuHash === undefined ? 0 : countByGnuHash(elf, gnuHash);
}

/**
 * GNU hash: nbuckets, symoffset, bloom_size, bloom_shift, the bloom filter in words of the file's class, the buckets
 * (each the first symbol of its chain, ascending), the chains. The last symbol is the last one of the last chain.
 */
function countByGnuHash(elf: ElfFile, address: number): number {
  const { offset, bytes } = placeOf(elf, address, 'DT_GNU_HASH');
  const header = cursorAt(elf, offset, 16);
  const [buckets, first, bloomWords] = [header.u32(), header.u32(), header.u32()];
  const bucketsAt = 16 + bloomWords * (elf.header.is64 ? 8 : 4);
  const chainsAt = bucketsAt + 4 * buckets;
  if (buckets > MAX_BUCKETS || chainsAt > bytes) {
    throw new BinaryFormatError('limit', SECTION, 0, `${buckets} hash buckets`);
  }
  const cursor = cursorAt(elf, offset + bucketsAt, 4 * buckets);
  let last = 0;
  while (!cursor.atEnd) last = Math.max(last, cursor.u32());
  if (last < first) return first;
  return endOfChain(elf, offset + chainsAt - 4 * first, last, offset + bytes);
}

/** Bit 0 of a chain's word says that it is the last one of its chain. `chains` is where the word of symbol 0 would be. */
function endOfChain(elf: ElfFile, chains: number, symbol: number, end: number): number {
  while (chains + 4 * symbol + 4 <= end) {
    const words = Math.min(CHAIN_WORDS_AT_ONCE, Math.floor((end - chains) / 4) - symbol);
    const cursor = cursorAt(elf, chains + 4 * symbol, 4 * words);
    for (let i = 0; i < words; i++, symbol++) if ((cursor.u32() & 1) !== 0) return symbol + 1;
  }
  throw new BinaryFormatError('truncated', SECTION, 0, 'a hash chain without an end');
}

function cursorAt(elf: ElfFile, offset: number, bytes: number): Cursor {
  return readCursor(elf.source, offset, bytes, SECTION, elf.header.littleEndian);
}
