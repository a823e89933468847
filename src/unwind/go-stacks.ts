// What Go's call frame information leaves out: where frame pointers are saved, and where the run time changes stacks.
import type { ElfFile } from '../binary/elf/elf-file.ts';
import { findBytes } from '../binary/go/find-bytes.ts';
import { readNameOffset } from '../binary/go/function-record.ts';
import { readGoCode, type GoCode } from '../binary/go/go-code.ts';
import type { GoTable } from '../binary/go/go-table.ts';
import type { CodeSegments } from './code-segments.ts';
import type { FdeColumns } from './fde-columns.ts';
import { noRule, type Rule, type RuleSet } from './rule.ts';
import { CFA, FP } from './table-layout.gen.ts';

/**
 * runtime/asm_amd64.s and asm_arm64.s: they call on g0's stack, and the frame pointer stays that of the goroutine (or
 * is cleared, where what follows may run on another thread). Their own frame holds none.
 */
const SWITCHING = ['runtime.systemstack', 'runtime.mcall', 'runtime.morestack', 'runtime.asmcgocall'];
/** A Kubernetes binary has 10 MB. */
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
    const code = readGoCode(elf);
    if (code === null) return null;
    const { functions } = code;
    const last = functions.count - 1;
    const all = { start: functions.entry(0), end: functions.entry(last) + functions.size(last) };
    return new GoStacks(switchingFunctions(code), all);
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

function switchingFunctions({ table, functions }: GoCode): Range[] {
  const names = nameOffsets(table);
  const found: Range[] = [];
  for (let number = 0; number < functions.count; number++) {
    if (!names.has(readNameOffset(table, functions.record(number)))) continue;
    const start = functions.entry(number);
    found.push({ start, end: start + functions.size(number) });
  }
  return found;
}

/** Offsets of the functions' names among names. */
function nameOffsets(table: GoTable): Set<number> {
  const { names, units } = table.header;
  const from = table.place(names, 0);
  const size = Math.min((units > names ? units : table.range.size) - names, MAX_NAME_BYTES);
  const needles = SWITCHING.map((name) => Buffer.from(`\0${name}\0`, 'latin1'));
  // Each name is there once; the zero before it ends another.
  const places = findBytes(table.pages.source, from, size, needles, 1, SWITCHING.length);
  return new Set(places.map((place) => place + 1 - from));
}
