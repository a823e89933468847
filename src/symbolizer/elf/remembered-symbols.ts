// RememberedSymbols: functions whose names have been read, so that asking again reads no file.

export interface FoundSymbol {
  /** As the file has it, with the version that GNU ld appends (`memcpy@@GLIBC_2.14`); '' for a symbol without a name. */
  name: string;
  /** ELF virtual address of the function's first byte. */
  start: number;
  /** The source file as the symbol table tells it of local functions, mostly without its folders; '' where it does not. */
  file: string;
}

/** Some ten thousand functions, of the few programs that so many are asked of. */
const MAX_BYTES = 2 << 20;
/** Of an entry besides its strings: a row of the map, an object, two headers of strings. */
const ENTRY_BYTES = 120;

export class RememberedSymbols {
  private readonly symbols = new Map<number, FoundSymbol>();
  private bytes = 0;

  get byteLength(): number {
    return this.bytes;
  }

  /** By the row of an index. */
  get(row: number): FoundSymbol | undefined {
    return this.symbols.get(row);
  }

  /** Forgets all where it is too much: what is asked for again and again is soon back. */
  add(row: number, symbol: FoundSymbol): void {
    const bytes = ENTRY_BYTES + symbol.name.length + symbol.file.length;
    if (this.bytes + bytes > MAX_BYTES) {
      this.symbols.clear();
      this.bytes = 0;
    }
    this.symbols.set(row, symbol);
    this.bytes += bytes;
  }
}
