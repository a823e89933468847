// What a file's code is called, and where a thread's outermost frame can be in it: by file offset.
import { closeSync, openSync } from 'node:fs';
import { basename } from 'node:path';
import { FdSource } from '../../src/binary/byte-source.ts';
import { ElfFile } from '../../src/binary/elf/elf-file.ts';
import { elfLayout, fileOffsetToAddress, type LoadSegment } from '../../src/binary/elf/layout.ts';
import { withoutVersion } from '../../src/binary/symbol-name.ts';
import { ElfSymbols } from '../../src/symbolizer/elf/elf-symbols.ts';
import { compileUnwindTable } from '../../src/unwind/compile-table.ts';
import { CFA } from '../../src/unwind/table-layout.gen.ts';
import { decodeUnwindTable, type UnwindTable } from '../../src/unwind/unwind-table.ts';

/** Bytes of a program's entry point (`_start`), of which nothing says so in ld.so and stripped programs. */
const ENTRY_BYTES = 64;
/** Outermost functions whose call frame information does not say so. */
const ROOT_NAMES = new Set([
  '_start',
  'runtime.goexit',
  'runtime.goexit.abi0',
  'runtime.mstart',
  'runtime.mstart.abi0',
  'runtime.rt0_go',
  'runtime.rt0_go.abi0',
]);

export class CodeFile {
  readonly #standIn: string;
  readonly #segments: readonly LoadSegment[];
  readonly #entry: number;
  readonly #symbols: ElfSymbols | null;
  readonly #table: UnwindTable | null;

  constructor(path: string, source: FdSource) {
    const elf = new ElfFile(source);
    const compiled = compileUnwindTable(source);
    this.#standIn = `[${basename(path)}]`;
    this.#segments = elfLayout(source).segments;
    this.#entry = elf.header.entry;
    this.#symbols = ElfSymbols.read(elf);
    this.#table = compiled.ok ? decodeUnwindTable(compiled.table) : null;
  }

  /** The function, or the file in brackets. `offset`: of a call, not of where it returns to. */
  nameAt(offset: number): string {
    const address = fileOffsetToAddress(this.#segments, offset);
    if (address === null || this.#symbols === null) return this.#standIn;
    const name = withoutVersion(this.#symbols.symbolAt(address)?.name ?? '');
    return name === '' ? this.#standIn : name;
  }

  /** Whether nothing calls the code there. */
  isRoot(offset: number): boolean {
    const rule = this.#table?.rule(this.#table.find(offset));
    if (rule?.cfaKind === CFA.END || ROOT_NAMES.has(this.nameAt(offset))) return true;
    const address = fileOffsetToAddress(this.#segments, offset) ?? -1;
    return address >= this.#entry && address < this.#entry + ENTRY_BYTES;
  }
}

/** Files that are read once. Descriptors stay open until `close`. */
export class CodeFiles {
  readonly #files = new Map<string, CodeFile | null>();
  readonly #fds: number[] = [];

  /** Null where the path is no ELF file that can be read. */
  at(path: string): CodeFile | null {
    let file = this.#files.get(path);
    if (file === undefined) {
      file = this.#open(path);
      this.#files.set(path, file);
    }
    return file;
  }

  close(): void {
    for (const fd of this.#fds.splice(0)) closeSync(fd);
    this.#files.clear();
  }

  #open(path: string): CodeFile | null {
    if (!path.startsWith('/') || path.startsWith('//')) return null;
    try {
      const fd = openSync(path, 'r');
      this.#fds.push(fd);
      return new CodeFile(path, new FdSource(fd));
    } catch {
      return null; // anonymous code that perf names like a file, or a file that is gone
    }
  }
}
