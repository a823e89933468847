// What Go's call frame information leaves out: where frame pointers are saved, and where the run time changes stacks.
import { readBytes, readCursor } from '../binary/byte-source.ts';
import type { Cursor } from '../binary/cursor.ts';
import type { ElfFile } from '../binary/elf/elf-file.ts';
import type { Section } from '../binary/elf/sections.ts';
import type { CodeSegments } from './code-segments.ts';
import type { FdeColumns } from './fde-columns.ts';
import { noRule, type Rule, type RuleSet } from './rule.ts';
import { CFA, FP } from './table-layout.gen.ts';

/**
 * runtime/asm_amd64.s and asm_arm64.s: they call on g0's stack, and the frame pointer stays that of the goroutine (or
 * is cleared, where what follows may run on another thread). Their own frame holds none.
 */
const SWITCHING = ['runtime.systemstack', 'runtime.mcall', 'runtime.morestack', 'runtime.asmcgocall'];
/** internal/abi: `.abi0` is only in symbol tables. Magic numbers of Go 1.18 and of 1.20 and later, debug/gosym. */
const GO_1_18 = 0xffff_fff0;
const GO_1_20 = 0xffff_fff1;
/** A Kubernetes binary has 30 MB, with 150,000 functions. */
const MAX_TABLE_BYTES = 256 << 20;
const MAX_FUNCTIONS = 4_000_000;
const MAX_NAME_BYTES = 64 << 20;
const WORD = 8;

interface Range {
  start: number;
  end: number;
}

/** Of one file. */
export class GoStacks {
  private readonly switching: readonly Range[];
  private readonly functions: Range;

  private constructor(switching: readonly Range[], functions: Range) {
    this.switching = switching;
    this.functions = functions;
  }

  /** Null where the file is not of Go's. Throws `BinaryFormatError`. */
  static read(elf: ElfFile): GoStacks | null {
    const table = elf.sections().find(({ name }) => name.endsWith('.gopclntab'));
    if (table === undefined || table.size > MAX_TABLE_BYTES) return null;
    const header = readHeader(elf, table);
    if (header === null) return null;
    const starts = elf.cursor(
      table.offset + header.functionTable,
      (2 * header.functions + 1) * 4,
      table.name,
    );
    const functions = { start: header.textStart + starts.u32(), end: 0 };
    starts.seek(starts.length - 4);
    functions.end = header.textStart + starts.u32();
    return new GoStacks(switchingFunctions(elf, table, header), functions);
  }

  /** Adds an FDE with the rule of a change of stacks for each function that does it: before those of the file. */
  addSwitches(code: CodeSegments, rules: RuleSet, fdes: FdeColumns): void {
    for (const { start, end } of this.switching) {
      const segment = code.find(start);
      if (segment === undefined || end <= start || end > segment.end) continue;
      fdes.beginFde(start - segment.bias, end - segment.bias);
      fdes.pushRow(start - segment.bias, rules.intern(switchRule()));
    }
  }

  /**
   * Says in the rows of Go's functions where they save the frame pointer: below the return address, as soon as they have a
   * frame (cmd/internal/obj/x86, preprocess).
   */
  addFramePointers(code: CodeSegments, rules: RuleSet, fdes: FdeColumns): void {
    const segment = code.find(this.functions.start);
    if (segment === undefined) return;
    const [first, last] = [this.functions.start - segment.bias, this.functions.end - segment.bias];
    const saving = new Map<number, number>();
    for (let fde = 0; fde < fdes.count; fde++) {
      if (fdes.start[fde]! < first || fdes.start[fde]! >= last) continue;
      for (let row = fdes.firstRow[fde]!; row < fdes.firstRow[fde + 1]!; row++) {
        const rule = fdes.rowRule[row]!;
        let saved = saving.get(rule);
        if (saved === undefined) saving.set(rule, (saved = rules.intern(savingRule(rules.at(rule)))));
        fdes.rowRule[row] = saved;
      }
    }
  }
}

/** The same with the frame pointer in its place, where the function has a frame. */
function savingRule(rule: Rule): Rule {
  const hasFrame = rule.cfaKind === CFA.SP && rule.cfaOffset >= 2 * WORD && rule.raOffset === -WORD;
  if (!hasFrame || rule.fpKind !== FP.SAME) return rule;
  return { ...rule, fpKind: FP.BELOW_RA, fpOffset: -2 * WORD };
}

/** The frame pointer's frame has, as every frame of Go, the caller's frame pointer and the return address on top. */
function switchRule(): Rule {
  return {
    ...noRule(),
    cfaKind: CFA.SWITCH,
    cfaOffset: 2 * WORD,
    fpKind: FP.AT_CFA,
    fpOffset: -2 * WORD,
    raOffset: -WORD,
  };
}

interface Header {
  functions: number;
  textStart: number;
  /** From the start of the table. */
  names: number;
  namesEnd: number;
  functionTable: number;
}

function switchingFunctions(elf: ElfFile, table: Section, header: Header): Range[] {
  const wanted = nameOffsets(elf, table, header);
  const { functions, functionTable } = header;
  // Pairs of (start, offset of the function's record), counted from the text and from the table of functions.
  const bytes = (2 * functions + 1) * 4;
  const pairs = elf.cursor(table.offset + functionTable, bytes, table.name);
  const records = elf.cursor(table.offset + functionTable, table.size - functionTable, table.name);
  const found: Range[] = [];
  for (let i = 0; i < functions; i++) {
    const start = pairs.u32();
    records.seek(pairs.u32() + 4);
    if (wanted.has(records.u32()))
      found.push({ start: header.textStart + start, end: nextStart(pairs, header) });
  }
  return found;
}

function nextStart(pairs: Cursor, { textStart }: Header): number {
  const at = pairs.offset;
  const next = pairs.u32();
  pairs.seek(at);
  return textStart + next;
}

/** debug/gosym, pclntab.go: the header's words after magic, two zeros, quantum and pointer size. Null for other versions. */
function readHeader(elf: ElfFile, table: Section): Header | null {
  const words = readCursor(
    elf.source,
    table.offset,
    Math.min(table.size, 80),
    table.name,
    elf.header.littleEndian,
  );
  const magic = words.u32();
  if ((magic !== GO_1_18 && magic !== GO_1_20) || !elf.header.is64) return null;
  words.skip(4);
  const functions = words.u64Number();
  words.skip(8); // number of files
  const text = words.u64Number();
  const [names, namesEnd] = [words.u64Number(), words.u64Number()];
  words.skip(16); // tables of files and of pc values
  const functionTable = words.u64Number();
  if (functions > MAX_FUNCTIONS) words.fail('limit', `${functions} functions`);
  if (!(names < namesEnd && namesEnd <= table.size && functionTable < table.size)) {
    words.fail('bad-value', 'tables that lie outside');
  }
  // Go 1.26 and later, and position-independent files before relocation, say 0.
  return { functions, textStart: text === 0 ? textAddress(elf) : text, names, namesEnd, functionTable };
}

function textAddress(elf: ElfFile): number {
  return elf.sections().find(({ name }) => name === '.text')?.address ?? 0;
}

/** Offsets of the functions' names in the table of names. */
function nameOffsets(elf: ElfFile, table: Section, { names, namesEnd }: Header): Set<number> {
  const length = Math.min(namesEnd - names, MAX_NAME_BYTES);
  const text = Buffer.from(readBytes(elf.source, table.offset + names, length, table.name).buffer);
  const offsets = SWITCHING.map((name) => text.indexOf(`\0${name}\0`, 0, 'latin1') + 1);
  return new Set(offsets.filter((offset) => offset > 0));
}
