// ElfSymbols: functions of an ELF file by address, from its symbol tables.
import { BinaryFormatError } from '../../binary/binary-format-error.ts';
import type { ByteSource } from '../../binary/byte-source.ts';
import { SHT_DYNSYM, SHT_SYMTAB } from '../../binary/elf/constants.ts';
import type { ElfFile } from '../../binary/elf/elf-file.ts';
import type { SymbolIndex } from '../symbol-index.ts';
import { readMiniDebugInfo } from './mini-debug-info.ts';
import { RememberedSymbols, type FoundSymbol } from './remembered-symbols.ts';
import { SymbolNames } from './symbol-names.ts';
import type { SymbolFiles } from './symbol-files.ts';
import { indexCodeSymbols } from './symbol-spans.ts';
import { symbolTableOfSegments, symbolTableOfType, type SymbolTable } from './symbol-table.ts';
import { joinSymbols, readCodeSymbols, type CodeSymbols } from './symbols.ts';

/**
 * The names stay in the file: a hit reads one, by position. Node's 100 MB binary is thus known by 1.3 MB of index
 * instead of 9 MB. Those that were read are remembered, within limits.
 */
export class ElfSymbols {
  /** Why .gnu_debugdata could not be used, null where it could or there is none. */
  readonly miniProblem: BinaryFormatError | null;
  private readonly index: SymbolIndex;
  private readonly files: SymbolFiles;
  private readonly remembered = new RememberedSymbols();
  private readonly names: SymbolNames;
  private readonly file: ByteSource;
  private readonly heldBytes: number;

  private constructor(tables: SymbolTables) {
    const { index, files } = indexCodeSymbols(tables.symbols);
    this.index = index;
    this.files = files;
    this.names = tables.names;
    this.file = tables.file;
    this.heldBytes = tables.heldBytes;
    this.miniProblem = tables.miniProblem;
  }

  /**
   * .symtab where it names code, since it holds all that the other tables do; else .gnu_debugdata and .dynsym, which
   * share the functions between them; else what the dynamic segment leads to. Null where none names code. Throws
   * `BinaryFormatError`.
   */
  static read(elf: ElfFile): ElfSymbols | null {
    const tables = new SymbolTables(elf.source);
    tables.add(elf, symbolTableOfType(elf, SHT_SYMTAB), null);
    if (tables.symbols.address.length === 0) {
      tables.addMini(elf);
      tables.add(elf, symbolTableOfType(elf, SHT_DYNSYM) ?? symbolTableOfSegments(elf), null);
    }
    return tables.symbols.address.length === 0 ? null : new ElfSymbols(tables);
  }

  /** Functions, of which some may be split by others. */
  get length(): number {
    return this.index.length;
  }

  get byteLength(): number {
    const { index, files, remembered } = this;
    return index.byteLength + files.byteLength + remembered.byteLength + this.heldBytes;
  }

  /**
   * The function that covers an ELF virtual address, null where none does. `file` is the same file where the source
   * that the tables were read from is closed by now. Throws `BinaryFormatError`.
   */
  symbolAt(address: number, file: ByteSource = this.file): FoundSymbol | null {
    const row = this.index.row(address);
    if (row < 0) return null;
    const known = this.remembered.get(row);
    if (known !== undefined) return known;
    const found = this.read(row, file);
    this.remembered.add(row, found);
    return found;
  }

  private read(row: number, file: ByteSource): FoundSymbol {
    const start = this.index.startOf(row);
    const told = this.files.of(start);
    return {
      name: this.names.read(this.index.nameOf(row), file),
      start,
      file: told < 0 ? '' : this.names.read(told, file),
    };
  }
}

const NONE: CodeSymbols = {
  address: new Float64Array(0),
  size: new Float64Array(0),
  sectionEnd: new Float64Array(0),
  name: new Uint32Array(0),
  visible: new Uint8Array(0),
  file: new Uint32Array(0),
};

/** Symbols and names gathered from one table after the other. */
class SymbolTables {
  readonly file: ByteSource;
  readonly names = new SymbolNames();
  symbols = NONE;
  heldBytes = 0;
  miniProblem: BinaryFormatError | null = null;

  constructor(file: ByteSource) {
    this.file = file;
  }

  /** `source` null: names are read from the file. */
  add(elf: ElfFile, table: SymbolTable | null, source: ByteSource | null): void {
    if (table === null) return;
    const symbols = readCodeSymbols(elf, table);
    if (symbols.address.length === 0) return;
    const shift = this.names.add(table.strings, source);
    this.symbols = this.symbols === NONE ? symbols : joinSymbols(this.symbols, symbols, shift);
  }

  /** A malformed one costs its own names, not those of .dynsym. */
  addMini(elf: ElfFile): void {
    try {
      const mini = readMiniDebugInfo(elf);
      if (mini === null) return;
      this.add(mini.elf, symbolTableOfType(mini.elf, SHT_SYMTAB), mini.elf.source);
      if (this.symbols.address.length > 0) this.heldBytes = mini.byteLength;
    } catch (error) {
      if (!(error instanceof BinaryFormatError)) throw error;
      this.miniProblem = error;
    }
  }
}
