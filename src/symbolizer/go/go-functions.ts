// GoFunctions: functions, files, lines and inlined calls of a Go program, which it carries with it also when it has
// been stripped of symbols and DWARF.
import type { ElfFile } from '../../binary/elf/elf-file.ts';
import type { SourceFrame } from '../source-frame.ts';
import type { FunctionTable } from '../../binary/go/function-table.ts';
import { readGoCode, type GoCode } from '../../binary/go/go-code.ts';
import { readFunctionRecord, type FunctionRecord } from '../../binary/go/function-record.ts';
import { GoFunction } from './go-function.ts';
import { GoStrings } from '../../binary/go/go-strings.ts';
import type { GoTable } from '../../binary/go/go-table.ts';
import { readInlinedCall, type InlinedCall } from './inline-tree.ts';
import { MappedPlaces } from '../../binary/go/mapped-place.ts';
import { NO_VALUES, readPcValues, type PcValues } from './pc-values.ts';

/** Of decoded functions: a hot one is asked for again and again. */
const MAX_DECODED_BYTES = 4 << 20;

export class GoFunctions {
  private readonly table: GoTable;
  private readonly functions: FunctionTable;
  private readonly strings: GoStrings;
  private readonly places: MappedPlaces;
  /** What places of inlined calls count from; null where it is not known. */
  private readonly functionData: number | null;
  /** By number, the least recently used first. */
  private readonly decoded = new Map<number, GoFunction>();
  private decodedBytes = 0;

  private constructor(elf: ElfFile, { table, functions, functionData }: GoCode) {
    this.table = table;
    this.functions = functions;
    this.strings = new GoStrings(table);
    this.places = new MappedPlaces(elf);
    this.functionData = functionData;
  }

  /** Null where the file is none of Go's. Throws `BinaryFormatError`. `elf.source` stays in use. */
  static open(elf: ElfFile): GoFunctions | null {
    const code = readGoCode(elf);
    return code === null ? null : new GoFunctions(elf, code);
  }

  /** Bytes held, most of them two columns of all functions. */
  get byteLength(): number {
    const kept = this.decodedBytes + this.strings.byteLength + this.table.pages.byteLength;
    return this.functions.byteLength + kept;
  }

  /**
   * The chain at an ELF virtual address, innermost first; null where no function of Go's is. Names are as in the table:
   * `main.(*T).Method`, and `main.f[...]` for every instance of a generic function. Throws `BinaryFormatError`.
   */
  framesAt(address: number): SourceFrame[] | null {
    const number = this.functions.find(address);
    if (number < 0) return null;
    return this.functionAt(number).framesAt(address - this.functions.entry(number), this.strings);
  }

  private functionAt(number: number): GoFunction {
    let found = this.decoded.get(number);
    if (found === undefined) {
      found = this.decode(number);
      this.decodedBytes += found.byteLength;
    } else {
      this.decoded.delete(number);
    }
    this.decoded.set(number, found);
    this.evict();
    return found;
  }

  /** The last one stays, however large. */
  private evict(): void {
    for (const [number, oldest] of this.decoded) {
      if (this.decodedBytes <= MAX_DECODED_BYTES || this.decoded.size === 1) return;
      this.decoded.delete(number);
      this.decodedBytes -= oldest.byteLength;
    }
  }

  private decode(number: number): GoFunction {
    const record = readFunctionRecord(this.table, this.functions.record(number));
    const values = (offset: number): PcValues => this.pcValues(offset, this.functions.size(number));
    const tree = this.inlineTree(record);
    return new GoFunction({
      name: record.name,
      unit: record.unit,
      files: values(record.filePcValues),
      lines: values(record.linePcValues),
      inlined: tree === null ? NO_VALUES : values(record.inlinePcValues),
      inlinedCall: (index) => (tree === null ? null : this.inlinedCall(tree, index)),
    });
  }

  private pcValues(offset: number, size: number): PcValues {
    if (offset === 0) return NO_VALUES;
    const { header, pages } = this.table;
    return readPcValues(pages, this.table.place(header.pcValues + offset, 1), size, header.quantum);
  }

  /** Address of a function's inlined calls. */
  private inlineTree({ inlineTree }: FunctionRecord): number | null {
    return inlineTree === null || this.functionData === null ? null : this.functionData + inlineTree;
  }

  private inlinedCall(tree: number, index: number): InlinedCall | null {
    return readInlinedCall(this.table.pages, this.places, this.table.header.version, tree, index);
  }
}
