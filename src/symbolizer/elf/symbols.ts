// .symtab and .dynsym: which symbols name code, as columns.
import { BinaryFormatError } from '../../binary/binary-format-error.ts';
import {
  EM_AARCH64,
  EM_ARM,
  EM_RISCV,
  SHN_LORESERVE,
  SHN_UNDEF,
  SHN_XINDEX,
  STB_GNU_UNIQUE,
  STB_LOCAL,
  STB_WEAK,
  STT_FILE,
  STT_FUNC,
  STT_GNU_IFUNC,
  STT_NOTYPE,
} from '../../binary/elf/constants.ts';
import type { ElfFile } from '../../binary/elf/elf-file.ts';
import { CodePlaces } from './code-places.ts';
import { FunctionDescriptors } from './function-descriptors.ts';
import { symbolSize, type SymbolTable } from './symbol-table.ts';

/** One row of a symbol table, as the file has it. */
export interface ElfSymbol {
  name: number;
  binding: number;
  type: number;
  /** Index of the symbol's section with SHN_XINDEX resolved; RESERVED for SHN_ABS and the like. */
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
  /** 1 for a symbol that others can link to, 0 for a local one. */
  visible: Uint8Array;
  /** Of a local symbol: offset of its source file's name in the string table; 0 where none is told. */
  file: Uint32Array;
}

const RESERVED = -1;
/** 384 MB of .symtab; the largest browsers have about two million symbols, a fifth of them code. */
const MAX_ROWS = 16_000_000;
const MAX_CODE_SYMBOLS = 4_000_000;
const CHUNK_BYTES = 256 * 1024;
const TWO_32 = 0x1_0000_0000;

/** Throws `BinaryFormatError`. The table is read twice, a chunk at a time: to count, then to fill columns of that size. */
export function readCodeSymbols(elf: ElfFile, table: SymbolTable): CodeSymbols {
  const places = new CodePlaces(elf);
  const { machine } = elf.header;
  let count = 0;
  forEachSymbol(elf, table, (symbol) => {
    if (namesCode(symbol, machine, places)) count++;
  });
  if (count > MAX_CODE_SYMBOLS) throw new BinaryFormatError('limit', table.name, 0, `${count} functions`);
  const columns = emptyColumns(count);
  let row = 0;
  let file = 0;
  forEachSymbol(elf, table, (symbol) => {
    // gABI: the name of a file precedes the local symbols that come from it.
    if (symbol.type === STT_FILE) file = symbol.name;
    // A file that changes between the two passes must not write past the columns (typed arrays ignore that).
    if (!namesCode(symbol, machine, places)) return;
    if (symbol.binding === STB_LOCAL) columns.file[row] = file;
    fillRow(columns, row++, symbol, machine, places);
  });
  return columns;
}

/** Calls with one object that is used again for every row. */
function forEachSymbol(elf: ElfFile, table: SymbolTable, visit: (symbol: ElfSymbol) => void): void {
  const { is64, littleEndian } = elf.header;
  const { entrySize } = table;
  if (entrySize < symbolSize(elf) || entrySize > CHUNK_BYTES) {
    throw new BinaryFormatError('bad-value', table.name, 0, `entries of ${entrySize} bytes`);
  }
  const rows = Math.floor(table.size / entrySize);
  if (rows > MAX_ROWS) throw new BinaryFormatError('limit', table.name, 0, `${rows} symbols`);
  const perChunk = Math.min(rows, Math.floor(CHUNK_BYTES / entrySize));
  const chunk = new Uint8Array(perChunk * entrySize);
  const view = new DataView(chunk.buffer);
  const numbers = new SectionNumbers(elf, table);
  const descriptors = FunctionDescriptors.of(elf);
  const decode = is64 ? decode64 : decode32;
  const symbol: ElfSymbol = { name: 0, binding: 0, type: 0, section: 0, value: 0, size: 0 };
  for (let first = 0; first < rows; first += perChunk) {
    const here = Math.min(perChunk, rows - first);
    elf.source.readInto(chunk.subarray(0, here * entrySize), table.offset + first * entrySize, table.name);
    for (let i = 0; i < here; i++) {
      decode(view, i * entrySize, littleEndian, symbol);
      if (symbol.section === SHN_XINDEX) symbol.section = numbers.at(first + i);
      else if (symbol.section >= SHN_LORESERVE) symbol.section = RESERVED;
      descriptors?.resolve(symbol);
      visit(symbol);
    }
  }
}

/** gABI: a section number that does not fit stands at the same row of a parallel SHT_SYMTAB_SHNDX section. */
class SectionNumbers {
  private readonly elf: ElfFile;
  private readonly table: SymbolTable;
  private view: DataView = new DataView(new ArrayBuffer(0));
  private firstRow = 0;

  constructor(elf: ElfFile, table: SymbolTable) {
    this.elf = elf;
    this.table = table;
  }

  at(row: number): number {
    const { sectionNumbers: range, name } = this.table;
    if (range === null || 4 * row + 4 > range.size) return SHN_UNDEF;
    if (row < this.firstRow || 4 * (row - this.firstRow) >= this.view.byteLength) {
      const bytes = Math.min(CHUNK_BYTES, (range.size - 4 * row) & ~3);
      this.view = this.elf.cursor(range.offset + 4 * row, bytes, `section numbers of ${name}`).view;
      this.firstRow = row;
    }
    return this.view.getUint32(4 * (row - this.firstRow), this.elf.header.littleEndian);
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

function namesCode(symbol: ElfSymbol, machine: number, places: CodePlaces): boolean {
  if (symbol.name === 0 || symbol.section === SHN_UNDEF) return false;
  if (symbol.value + symbol.size > Number.MAX_SAFE_INTEGER) return false;
  if (symbol.binding > STB_WEAK && symbol.binding !== STB_GNU_UNIQUE) return false;
  if (symbol.type === STT_FUNC || symbol.type === STT_GNU_IFUNC) return true;
  if (symbol.type !== STT_NOTYPE || !places.isCode(symbol.section, symbol.value)) return false;
  // `$x`, `$d` and the like mark instruction sets, thousands per file; they are local, untyped and without a size.
  const mapping = machine === EM_ARM || machine === EM_AARCH64 || machine === EM_RISCV;
  return !(mapping && symbol.binding === STB_LOCAL && symbol.size === 0);
}

function emptyColumns(count: number): CodeSymbols {
  return {
    address: new Float64Array(count),
    size: new Float64Array(count),
    sectionEnd: new Float64Array(count),
    name: new Uint32Array(count),
    visible: new Uint8Array(count),
    file: new Uint32Array(count),
  };
}

function fillRow(
  columns: CodeSymbols,
  row: number,
  symbol: ElfSymbol,
  machine: number,
  places: CodePlaces,
): void {
  // Bit 0 of an ARM function's address says that it is Thumb code.
  const thumb = machine === EM_ARM && symbol.type === STT_FUNC ? symbol.value % 2 : 0;
  columns.address[row] = symbol.value - thumb;
  columns.size[row] = symbol.size;
  columns.name[row] = symbol.name;
  columns.visible[row] = symbol.binding === STB_LOCAL ? 0 : 1;
  if (symbol.size === 0) columns.sectionEnd[row] = places.end(symbol.section, symbol.value);
}

/** The rows of both; names of the second table are `nameShift` further on. */
export function joinSymbols(first: CodeSymbols, second: CodeSymbols, nameShift: number): CodeSymbols {
  const joined = emptyColumns(first.address.length + second.address.length);
  const at = first.address.length;
  for (const column of ['address', 'size', 'sectionEnd', 'name', 'visible', 'file'] as const) {
    joined[column].set(first[column]);
    joined[column].set(second[column], at);
  }
  for (let i = at; i < joined.name.length; i++) {
    joined.name[i]! += nameShift;
    if (joined.file[i] !== 0) joined.file[i]! += nameShift;
  }
  return joined;
}
