// .symtab and .dynsym: which symbols name code, as columns.
import { BinaryFormatError } from '../../binary/binary-format-error.ts';
import {
  EM_AARCH64,
  EM_ARM,
  EM_RISCV,
  SHN_LORESERVE,
  SHN_UNDEF,
  SHN_XINDEX,
  SHT_STRTAB,
  SHT_SYMTAB_SHNDX,
  STB_GLOBAL,
  STB_GNU_UNIQUE,
  STB_LOCAL,
  STB_WEAK,
  STT_FUNC,
  STT_GNU_IFUNC,
  STT_NOTYPE,
} from '../../binary/elf/constants.ts';
import type { ElfFile } from '../../binary/elf/elf-file.ts';
import type { Section } from '../../binary/elf/sections.ts';

/** One row of a symbol table, as the file has it. */
export interface ElfSymbol {
  name: number;
  binding: number;
  type: number;
  /** Index of the symbol's section with SHN_XINDEX resolved, or a reserved value (SHN_ABS, …). */
  section: number;
  value: number;
  size: number;
}

/** Columns of the symbols that name code, in the table's order. */
export interface CodeSymbols {
  address: Float64Array;
  /** 0 where the table has none (assembly). */
  size: Float64Array;
  /** End of the section, which a symbol without a size extends to at most. */
  sectionEnd: Float64Array;
  /** Offset in the string table. */
  name: Uint32Array;
  /** 2 global, 1 weak, 0 local. */
  rank: Uint8Array;
}

/** 384 MB of .symtab; the largest browsers have about two million symbols, a fifth of them code. */
const MAX_ROWS = 16_000_000;
const MAX_CODE_SYMBOLS = 4_000_000;
const CHUNK_BYTES = 256 * 1024;
const TWO_32 = 0x1_0000_0000;

/** Throws `BinaryFormatError`. The table is read twice, a chunk at a time: to count, then to fill columns of that size. */
export function readCodeSymbols(elf: ElfFile, table: Section): CodeSymbols {
  let count = 0;
  forEachSymbol(elf, table, (symbol) => {
    if (namesCode(elf, symbol)) count++;
  });
  if (count > MAX_CODE_SYMBOLS) throw new BinaryFormatError('limit', table.name, 0, `${count} functions`);
  const columns = emptyColumns(count);
  let row = 0;
  forEachSymbol(elf, table, (symbol) => {
    // A file that changes between the two passes must not write past the columns (typed arrays ignore that).
    if (namesCode(elf, symbol)) fillRow(columns, row++, elf, symbol);
  });
  return columns;
}

/** The string table of a symbol table. */
export function stringTable(elf: ElfFile, table: Section): Section {
  const strings = elf.sections()[table.link];
  if (strings?.type === SHT_STRTAB) return strings;
  throw new BinaryFormatError('bad-value', table.name, 0, `section ${table.link} is not its string table`);
}

/** Calls with one object that is used again for every row. */
export function forEachSymbol(elf: ElfFile, table: Section, visit: (symbol: ElfSymbol) => void): void {
  const { is64, littleEndian } = elf.header;
  const entrySize = table.entrySize === 0 ? (is64 ? 24 : 16) : table.entrySize;
  if (entrySize < (is64 ? 24 : 16) || entrySize > CHUNK_BYTES) {
    throw new BinaryFormatError('bad-value', table.name, 0, `entries of ${entrySize} bytes`);
  }
  const rows = Math.floor(table.size / entrySize);
  if (rows > MAX_ROWS) throw new BinaryFormatError('limit', table.name, 0, `${rows} symbols`);
  const perChunk = Math.min(rows, Math.floor(CHUNK_BYTES / entrySize));
  const chunk = new Uint8Array(perChunk * entrySize);
  const view = new DataView(chunk.buffer);
  const decode = is64 ? decode64 : decode32;
  const symbol: ElfSymbol = { name: 0, binding: 0, type: 0, section: 0, value: 0, size: 0 };
  for (let first = 0; first < rows; first += perChunk) {
    const here = Math.min(perChunk, rows - first);
    elf.source.readInto(chunk.subarray(0, here * entrySize), table.offset + first * entrySize, table.name);
    for (let i = 0; i < here; i++) {
      decode(view, i * entrySize, littleEndian, symbol);
      if (symbol.section === SHN_XINDEX) symbol.section = extendedSection(elf, table, first + i);
      visit(symbol);
    }
  }
}

/** Elf64_Sym: name, info, other, shndx, value, size. */
function decode64(view: DataView, at: number, little: boolean, symbol: ElfSymbol): void {
  symbol.name = view.getUint32(at, little);
  setInfo(symbol, view.getUint8(at + 4));
  symbol.section = view.getUint16(at + 6, little);
  symbol.value = unsigned64(view, at + 8, little);
  symbol.size = unsigned64(view, at + 16, little);
}

/** Elf32_Sym: name, value, size, info, other, shndx. */
function decode32(view: DataView, at: number, little: boolean, symbol: ElfSymbol): void {
  symbol.name = view.getUint32(at, little);
  symbol.value = view.getUint32(at + 4, little);
  symbol.size = view.getUint32(at + 8, little);
  setInfo(symbol, view.getUint8(at + 12));
  symbol.section = view.getUint16(at + 14, little);
}

function setInfo(symbol: ElfSymbol, info: number): void {
  symbol.binding = info >> 4;
  symbol.type = info & 15;
}

/** Above 2^53 the result is inexact; such symbols are left out by `namesCode`. */
function unsigned64(view: DataView, at: number, little: boolean): number {
  const high = view.getUint32(little ? at + 4 : at, little);
  return high * TWO_32 + view.getUint32(little ? at : at + 4, little);
}

/** gABI: the true section number stands at the same row of a parallel SHT_SYMTAB_SHNDX section. */
function extendedSection(elf: ElfFile, table: Section, row: number): number {
  const sections = elf.sections();
  const parallel = sections.find((s) => s.type === SHT_SYMTAB_SHNDX && sections[s.link] === table);
  if (parallel === undefined) return SHN_UNDEF;
  return elf.cursor(parallel.offset + 4 * row, 4, parallel.name).u32();
}

function namesCode(elf: ElfFile, symbol: ElfSymbol): boolean {
  if (symbol.name === 0 || symbol.section === SHN_UNDEF) return false;
  if (symbol.value + symbol.size > Number.MAX_SAFE_INTEGER) return false;
  if (symbol.binding > STB_WEAK && symbol.binding !== STB_GNU_UNIQUE) return false;
  if (symbol.type === STT_FUNC || symbol.type === STT_GNU_IFUNC) return true;
  if (symbol.type !== STT_NOTYPE || elf.sections()[symbol.section]?.executable !== true) return false;
  // `$x`, `$d` and the like mark instruction sets, thousands per file; they are local, untyped and without a size.
  const { machine } = elf.header;
  const mapping = machine === EM_ARM || machine === EM_AARCH64 || machine === EM_RISCV;
  return !(mapping && symbol.binding === STB_LOCAL && symbol.size === 0);
}

function emptyColumns(count: number): CodeSymbols {
  return {
    address: new Float64Array(count),
    size: new Float64Array(count),
    sectionEnd: new Float64Array(count),
    name: new Uint32Array(count),
    rank: new Uint8Array(count),
  };
}

function fillRow(columns: CodeSymbols, row: number, elf: ElfFile, symbol: ElfSymbol): void {
  // Bit 0 of an ARM function's address says that it is Thumb code.
  const thumb = elf.header.machine === EM_ARM && symbol.type === STT_FUNC ? symbol.value % 2 : 0;
  columns.address[row] = symbol.value - thumb;
  columns.size[row] = symbol.size;
  columns.name[row] = symbol.name;
  columns.rank[row] = rankOf(symbol.binding);
  if (symbol.size === 0) columns.sectionEnd[row] = sectionEnd(elf, symbol);
}

function rankOf(binding: number): number {
  if (binding === STB_GLOBAL || binding === STB_GNU_UNIQUE) return 2;
  return binding === STB_WEAK ? 1 : 0;
}

function sectionEnd(elf: ElfFile, symbol: ElfSymbol): number {
  const section =
    symbol.section < SHN_LORESERVE || elf.sections().length > SHN_LORESERVE
      ? elf.sections()[symbol.section]
      : undefined;
  // A symbol outside the section it names covers nothing rather than whatever lies between.
  return section === undefined || symbol.value < section.address ? 0 : section.address + section.size;
}
