// An ELF file's call frame information → the bytes of its unwind table.
import { BinaryFormatError } from '../binary/binary-format-error.ts';
import { isSystemError, type ByteSource } from '../binary/byte-source.ts';
import { ET_REL } from '../binary/elf/constants.ts';
import { ElfFile } from '../binary/elf/elf-file.ts';
import { cfiSections } from './cfi-sections.ts';
import { CodeSegments } from './code-segments.ts';
import { coverageOf } from './coverage.ts';
import { FdeColumns } from './fde-columns.ts';
import { machineOf, type Machine } from './machine.ts';
import { GoStacks } from './go-stacks.ts';
import { flattenFdes } from './overlaps.ts';
import { RuleSet } from './rule.ts';
import { SectionRows, type EntryCounts } from './section-rows.ts';
import { TableWriter } from './table-writer.ts';

/**
 * - `no-file`: it cannot be read.
 * - `bad-format`: no ELF file, or one whose headers or sections are malformed.
 * - `machine`: its code is for a machine that the walker does not know.
 * - `no-code`: it is not laid out to be run (an object file), or has nothing executable.
 * - `too-large`: beyond the caps that stand at `MAX_SECTION_BYTES` and `MAX_ROWS`.
 */
export type CompileFailure = 'no-file' | 'bad-format' | 'machine' | 'no-code' | 'too-large';

export interface CompiledTable {
  ok: true;
  /** As bpf/unwind.h lays it out. Without any call frame information it is a table without rows. */
  table: Uint8Array<ArrayBuffer>;
  entries: EntryCounts;
}
export type CompileResult = CompiledTable | { ok: false; reason: CompileFailure };

/** Reads by position. Never throws for what the file holds. */
export function compileUnwindTable(source: ByteSource): CompileResult {
  try {
    const elf = new ElfFile(source);
    const machine = machineOf(elf.header.machine);
    if (machine === null) return { ok: false, reason: 'machine' };
    const code = new CodeSegments(elf);
    if (elf.header.type === ET_REL || code.all.length === 0) return { ok: false, reason: 'no-code' };
    return compileElf(elf, machine, code);
  } catch (error) {
    if (error instanceof BinaryFormatError) {
      return { ok: false, reason: error.kind === 'limit' ? 'too-large' : 'bad-format' };
    }
    if (isSystemError(error)) return { ok: false, reason: 'no-file' };
    throw error;
  }
}

function compileElf(elf: ElfFile, machine: Machine, code: CodeSegments): CompiledTable {
  const rules = new RuleSet();
  const fdes = new FdeColumns();
  const { littleEndian } = elf.header;
  const entries = { fdes: 0, malformed: 0, unused: 0 };
  const go = goStacks(elf, entries);
  go?.addSwitches(code, rules, fdes);
  for (const section of cfiSections(elf)) {
    // A section speaks where those before it are silent.
    const covered = coverageOf(fdes);
    const context = { machine, littleEndian, code, rules, fdes, covered };
    const counts = new SectionRows(section, context).compile();
    entries.fdes += counts.fdes;
    entries.malformed += counts.malformed;
    entries.unused += counts.unused;
  }
  go?.addFramePointers(code, rules, fdes);
  const writer = new TableWriter();
  flattenFdes(fdes, (offset, rule) => writer.set(offset, rule));
  return { ok: true, table: writer.finish(rules, code.bytes), entries };
}

/** Where Go's table of functions is malformed the file's other rules hold all the same. */
function goStacks(elf: ElfFile, entries: EntryCounts): GoStacks | null {
  try {
    return GoStacks.read(elf);
  } catch (error) {
    if (!(error instanceof BinaryFormatError)) throw error;
    entries.malformed++;
    return null;
  }
}
