// ElfFrames: inline chains of an ELF file's addresses, from everything that knows of them.
import { BinaryFormatError } from '../binary/binary-format-error.ts';
import { SHT_SYMTAB } from '../binary/elf/constants.ts';
import { ElfFile } from '../binary/elf/elf-file.ts';
import type { SectionDataOptions } from '../binary/elf/section-data.ts';
import type { CompanionRequest } from './debug-files/companion-request.ts';
import { debugFileOf, packageOf, splitUnitOf, supplementOf } from './debug-files/companions.ts';
import { DebugInfo } from './dwarf/debug-info.ts';
import type { DebugSections } from './dwarf/debug-sections.ts';
import { ElfDebugSections, hasDebugInfo } from './elf/elf-debug-sections.ts';
import { ElfSymbols } from './elf/elf-symbols.ts';
import { symbolTableOfType } from './elf/symbol-table.ts';
import { GoFunctions } from './go/go-functions.ts';
import type { CompanionFile } from './companion-files.ts';
import type { SourceFrame } from './source-frame.ts';

/** What the readers of one file may hold. */
export interface ReaderLimits {
  /** How decompressed sections are held. */
  sections?: SectionDataOptions;
  /** Bytes of decoded DWARF units that are kept. */
  maxUnitBytes?: number;
}

export interface ElfFramesOptions extends ReaderLimits {
  /** Where the file was found, '' where that is not known; companions are looked for beside it. */
  path: string;
  /** Null where there is no such file. May throw, and is asked again then. */
  companion: (request: CompanionRequest) => CompanionFile | null;
}

/** A file with DWARF, and where it lies. */
interface DebugFile {
  elf: ElfFile;
  path: string;
  /** From the object's addresses to the debug file's. */
  shift: number;
}

export class ElfFrames {
  private readonly go: GoFunctions | null;
  private readonly debug: DebugInfo | null;
  private readonly sections: readonly ElfDebugSections[];
  private readonly symbols: ElfSymbols | null;
  /** From the object's addresses to those of `debug`, and of `symbols`. */
  private readonly debugShift: number;
  private readonly symbolShift: number;

  private constructor(readers: {
    go: GoFunctions | null;
    debug: DebugInfo | null;
    debugShift: number;
    sections: readonly ElfDebugSections[];
    symbols: ElfSymbols | null;
    symbolShift: number;
  }) {
    this.go = readers.go;
    this.debug = readers.debug;
    this.debugShift = readers.debugShift;
    this.sections = readers.sections;
    this.symbols = readers.symbols;
    this.symbolShift = readers.symbolShift;
  }

  /** Null where nothing names code. Throws `BinaryFormatError`, and what `companion` throws. */
  static read(elf: ElfFile, options: ElfFramesOptions): ElfFrames | null {
    // Go's own table says what its DWARF would, in a fraction of the bytes.
    const go = orNull(() => GoFunctions.open(elf));
    const debugFile = go === null ? findDebugFile(elf, options) : null;
    const sections: ElfDebugSections[] = [];
    const debug = debugFile === null ? null : openDebugInfo(debugFile, options, sections);
    const named = symbolFile(elf, debugFile);
    const symbols = ElfSymbols.read(named);
    if (go === null && debug === null && symbols === null) return null;
    const debugShift = debugFile?.shift ?? 0;
    const symbolShift = named === elf ? 0 : debugShift;
    return new ElfFrames({ go, debug, debugShift, sections, symbols, symbolShift });
  }

  get byteLength(): number {
    const decompressed = this.sections.reduce((sum, { byteLength }) => sum + byteLength, 0);
    const readers = [this.go, this.debug, this.symbols];
    return readers.reduce((sum, reader) => sum + (reader?.byteLength ?? 0), decompressed);
  }

  /** At an ELF virtual address, innermost first; null where nothing covers it. Throws as `read` does. */
  framesAt(address: number): SourceFrame[] | null {
    const own = this.go?.framesAt(address) ?? null;
    if (own !== null) return own;
    const chain = this.chainAt(address);
    const { name: symbol, file } = this.symbols?.symbolAt(address + this.symbolShift) ?? {
      name: '',
      file: '',
    };
    if (chain === null || chain.length === 0) {
      return symbol === '' ? null : [{ name: symbol, file, line: 0, column: 0 }];
    }
    // Of a function's names the one that the linker saw is shown (as llvm-symbolizer does): DWARF has none for C's.
    const outermost = chain[chain.length - 1]!;
    if (symbol !== '') chain[chain.length - 1] = { ...outermost, name: symbol };
    return chain;
  }

  /** Gives back memory and temporary files. */
  close(): void {
    for (const sections of this.sections) sections.close();
  }

  /** A malformed unit costs its own lines, not the names that the symbol table has. */
  private chainAt(address: number): SourceFrame[] | null {
    return orNull(() => this.debug?.framesAt(address + this.debugShift) ?? null);
  }
}

function findDebugFile(elf: ElfFile, { path, companion }: ElfFramesOptions): DebugFile | null {
  if (hasDebugInfo(elf)) return { elf, path, shift: 0 };
  const request = orNull(() => debugFileOf(elf, path));
  const found = request === null ? null : companion(request);
  if (found === null) return null;
  const debugElf = new ElfFile(found.source);
  return { elf: debugElf, path: found.path, shift: moveSince(debugElf, elf) };
}

/**
 * prelink moves libraries after their debug files were made: where the first segment has another address, code has moved
 * as the entry point has (not always as far, since prelink may add to what lies before it).
 */
function moveSince(debugElf: ElfFile, elf: ElfFile): number {
  const [before, now] = [debugElf.header.entry, elf.header.entry];
  const moved = before !== 0 && now !== 0 && debugElf.baseAddress() !== elf.baseAddress();
  return moved ? before - now : 0;
}

function openDebugInfo(
  { elf, path }: DebugFile,
  { companion, sections: held, maxUnitBytes }: ElfFramesOptions,
  opened: ElfDebugSections[],
): DebugInfo | null {
  const sectionsOf = (file: ElfFile): DebugSections => {
    const sections = new ElfDebugSections(file, held);
    opened.push(sections);
    return sections;
  };
  const sectionsOfCompanion = (request: CompanionRequest | null): DebugSections | undefined => {
    const found = request === null ? null : companion(request);
    return found === null ? undefined : sectionsOf(new ElfFile(found.source));
  };
  const supplement = sectionsOfCompanion(orNull(() => supplementOf(elf, path)));
  const packaged = sectionsOfCompanion(orNull(() => packageOf(elf, path)));
  const info = orNull(
    () =>
      new DebugInfo(sectionsOf(elf), {
        ...(maxUnitBytes !== undefined && { maxBytes: maxUnitBytes }),
        ...(supplement && { supplement }),
        ...(packaged && { package: packaged }),
        dwo: (name, folder) => sectionsOfCompanion(splitUnitOf(name, folder, path)) ?? null,
      }),
  );
  return info?.hasUnits === true ? info : null;
}

/** A stripped file keeps .dynsym; its debug file has the whole symbol table. */
function symbolFile(elf: ElfFile, debugFile: DebugFile | null): ElfFile {
  if (debugFile === null || symbolTableOfType(elf, SHT_SYMTAB) !== null) return elf;
  return symbolTableOfType(debugFile.elf, SHT_SYMTAB) === null ? elf : debugFile.elf;
}

/** What is malformed says nothing; others may. */
function orNull<T>(read: () => T | null): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof BinaryFormatError) return null;
    throw error;
  }
}
