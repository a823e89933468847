// BpfProgram: functions and source lines of a loaded BPF program, from what the kernel told of it (native/bpf-programs.h).
import { readUntil, type ByteSource } from '../../binary/byte-source.ts';
import { WindowSource } from '../../binary/window-source.ts';
import { Btf } from '../btf/btf.ts';
import type { SourceFrame } from '../source-frame.ts';
import { decodeName } from '../../binary/symbol-name.ts';
import { DUMP_KIND, DumpSections } from './dump-sections.ts';
import { LineTable } from './line-table.ts';
import { parseBpfSymbol, ProgramFunctions, type ProgramFunction } from './program-functions.ts';

/** `BPF_OBJ_NAME_LEN`: the program's own name is cut to 15 bytes; BTF has the whole. */
const MAX_PROGRAM_NAME_BYTES = 16;

export class BpfProgram {
  private readonly functions: ProgramFunctions;
  private readonly lines: LineTable;
  private readonly btf: Btf | null;
  private readonly programName: string;

  private constructor(sections: DumpSections, btf: Btf | null) {
    this.functions = new ProgramFunctions(sections);
    this.lines = LineTable.read(sections, this.functions.origin);
    this.btf = btf;
    this.programName = readName(sections);
  }

  /** `source` must stay readable as long as the reader is used. Throws `BinaryFormatError`, as do the methods. */
  static read(source: ByteSource): BpfProgram {
    const sections = new DumpSections(source);
    const { offset, size } = sections.range(DUMP_KIND.btf);
    return new BpfProgram(
      sections,
      size > 0 ? Btf.read(new WindowSource(source, offset, size, 'BPF dump: btf')) : null,
    );
  }

  /** Of its columns; names stay in the source. */
  get byteLength(): number {
    return this.functions.byteLength + this.lines.byteLength + (this.btf?.byteLength ?? 0);
  }

  /**
   * What stands at so many bytes from the start of a function, which is known by its name in kallsyms
   * (`bpf_prog_<tag>_<name>`, the path of a `bpf` object); null where the program has no such function, or it ends
   * before. One frame, since BPF's lines do not tell of inlined functions. Without BTF there are no lines.
   */
  framesAt(symbol: string, offset: number): SourceFrame[] | null {
    const found = this.find(symbol);
    if (found === null || !(offset >= 0 && offset < found.length)) return null;
    const name = this.nameOf(found);
    const from = Number(found.start - this.functions.origin);
    const row = this.btf === null ? null : this.lines.find(from + offset, from);
    if (row === null) return [{ name, file: '', line: 0, column: 0 }];
    return [{ name, file: this.btf!.strings.textAt(row.file), line: row.line, column: row.column }];
  }

  private find(symbol: string): ProgramFunction | null {
    const wanted = parseBpfSymbol(symbol);
    if (wanted === null) return null;
    const found = this.functions.withTag(wanted.tag);
    if (found.length <= 1) return found[0] ?? null;
    return found.find((each) => this.nameOf(each) === wanted.name) ?? found[0]!;
  }

  private nameOf({ typeId }: ProgramFunction): string {
    const name = this.btf?.functionName(typeId) ?? '';
    return name === '' ? this.programName : name;
  }
}

function readName(sections: DumpSections): string {
  const { offset, size } = sections.range(DUMP_KIND.name);
  const range = { offset, limit: offset + size, maxBytes: MAX_PROGRAM_NAME_BYTES };
  return size === 0 ? '' : decodeName(readUntil(sections.source, range, 0, 'BPF dump: name'));
}
