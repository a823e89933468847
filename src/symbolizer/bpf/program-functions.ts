// ProgramFunctions: the functions of a BPF program by their kallsyms names: tags, where the JIT put them, their types.
import type { Cursor } from '../../binary/cursor.ts';
import { DUMP_KIND, type DumpSections } from './dump-sections.ts';

export interface ProgramFunction {
  /** Absolute. */
  start: bigint;
  /** Bytes. */
  length: number;
  /** Id of its type in the program's BTF; 0 where nothing is told. */
  typeId: number;
}

/** BPF_TAG_SIZE */
const TAG_BYTES = 8;
/** `struct bpf_func_info`: insn_off, type_id. */
const FUNC_INFO_BYTES = 8;
/** The kernel allows 256 (BPF_MAX_SUBPROGS). */
const MAX_FUNCTIONS = 4096;
/** What an entry takes with its tag. */
const ENTRY_BYTES = 192;

/** `bpf_prog_<tag>_<name>`; programs of old loaders have no name. */
const SYMBOL = /^bpf_prog_([0-9a-f]{16})(?:_(.*))?$/s;

/** A BPF program's name in kallsyms taken apart, or null for other code of BPF's: trampolines, dispatchers. */
export function parseBpfSymbol(symbol: string): { tag: string; name: string } | null {
  const match = SYMBOL.exec(symbol);
  return match === null ? null : { tag: match[1]!, name: match[2] ?? '' };
}

export class ProgramFunctions {
  private readonly byTag = new Map<string, ProgramFunction[]>();
  /** Lowest start, 0 where there are no functions: what the program's addresses are made relative to. */
  readonly origin: bigint;
  private readonly count: number;

  /** Throws `BinaryFormatError`. */
  constructor(sections: DumpSections) {
    const functions = readFunctions(sections);
    this.count = functions.length;
    this.origin = functions.reduce(
      (low, { start }) => (low < start ? low : start),
      functions[0]?.start ?? 0n,
    );
    // The first function is in kallsyms with the tag of all instructions; before 6.x with that of its own, too.
    sections.forEach(DUMP_KIND.tag, TAG_BYTES, 1, (record) => this.add(record, functions[0]));
    sections.forEach(DUMP_KIND.functionTag, TAG_BYTES, functions.length, (record, row) => {
      this.add(record, functions[row]);
    });
  }

  get byteLength(): number {
    return this.count * ENTRY_BYTES;
  }

  /** Several where functions have the same instructions: only their names tell them apart. */
  withTag(tag: string): readonly ProgramFunction[] {
    return this.byTag.get(tag) ?? [];
  }

  private add(record: Cursor, found: ProgramFunction | undefined): void {
    // Address 0 is what the kernel gives to those who may not see addresses.
    if (found === undefined || found.start === 0n) return;
    const tag = Buffer.from(record.bytes(TAG_BYTES)).toString('hex');
    const same = this.byTag.get(tag);
    if (same === undefined) this.byTag.set(tag, [found]);
    else if (!same.includes(found)) same.push(found);
  }
}

/** In the order of instructions. */
function readFunctions(sections: DumpSections): ProgramFunction[] {
  const functions: ProgramFunction[] = [];
  sections.forEach(DUMP_KIND.functionAddress, 8, MAX_FUNCTIONS, (record) => {
    functions.push({ start: record.u64(), length: 0, typeId: 0 });
  });
  sections.forEach(DUMP_KIND.functionLength, 4, functions.length, (record, row) => {
    functions[row]!.length = record.u32();
  });
  sections.forEach(DUMP_KIND.functionInfo, FUNC_INFO_BYTES, functions.length, (record, row) => {
    record.skip(4); // insn_off
    functions[row]!.typeId = record.u32();
  });
  return functions;
}
