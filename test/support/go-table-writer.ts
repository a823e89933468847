// Writes Go function tables of any version, for which no compiler is at hand (Go 1.2 to 1.17, 32 bits, big endian), laid
// out as cmd/link/internal/ld/pcln.go and runtime/symtab.go have it.
import { GO_TEXT, GoWriter, type WrittenFunction, type WrittenGoElf, type WrittenStep } from './go-writer.ts';

const MAGIC = { '1.2': 0xffff_fffb, '1.16': 0xffff_fffa, '1.18': 0xffff_fff0, '1.20': 0xffff_fff1 };
const INLINE_TREE = 3;
const NOTHING = 0xffff_ffff;

/** Before Go 1.18 functions have addresses, later offsets. */
export function hasAddresses({ version }: WrittenGoElf): boolean {
  return version === '1.2' || version === '1.16';
}

interface Places {
  file: number;
  line: number;
  inlined: number;
}

export class GoTableWriter {
  readonly table: GoWriter;
  /** Bytes from the start of the table. */
  names = 0;
  functions = 0;
  private readonly elf: WrittenGoElf;
  /** Offsets count from the table's start, in which the functab comes first. */
  private readonly isOld: boolean;
  private readonly nameAt = new Map<string, number>();

  /** `inlineTrees`: of each function an address, or an offset from gofunc; null without any. */
  constructor(elf: WrittenGoElf, inlineTrees: readonly (number | null)[]) {
    this.elf = elf;
    this.isOld = elf.version === '1.2';
    this.table = new GoWriter(elf);
    this.write(inlineTrees);
  }

  /** Where the name is among names. */
  nameOffset(name: string): number {
    return this.nameAt.get(name)!;
  }

  private write(inlineTrees: readonly (number | null)[]): void {
    const { elf, table, isOld } = this;
    table.zeros(this.headerBytes());
    if (isOld) this.reserveFunctab(4);
    this.writeNames();
    const files = table.length;
    const units = this.writeFiles(files);
    const values = table.length;
    table.raw([0]);
    const places = elf.functions.map((fn) => this.writeValues(fn, isOld ? 0 : values));
    table.align(8);
    if (!isOld) this.reserveFunctab(0);
    const records = elf.functions.map((fn, i) =>
      this.writeRecord(fn, places[i]!, inlineTrees[i]!, this.entry(i)),
    );
    table.put(0, this.header(units, files, values));
    table.put(this.functions, this.functab(records, units));
  }

  private headerBytes(): number {
    const words = { '1.2': 1, '1.16': 7, '1.18': 8, '1.20': 8 }[this.elf.version];
    return 8 + words * this.table.wordBytes;
  }

  private reserveFunctab(more: number): void {
    const fieldBytes = hasAddresses(this.elf) ? this.table.wordBytes : 4;
    this.functions = this.table.length;
    this.table.zeros((2 * this.elf.functions.length + 1) * fieldBytes + more);
  }

  private writeNames(): void {
    this.names = this.table.length;
    const names = this.elf.functions.flatMap(({ name, inlined = [] }) => [
      name,
      ...inlined.map((call) => call.name),
    ]);
    for (const name of new Set(names)) {
      this.nameAt.set(name, this.table.string(name) - (this.isOld ? 0 : this.names));
    }
  }

  /** Strings, then where they are, behind a unit whose only file was left out. Returns the place of that. */
  private writeFiles(files: number): number {
    const { table, isOld } = this;
    const places = this.elf.files.map((file) => table.string(file) - (isOld ? 0 : files));
    table.align(4);
    const units = table.length;
    table.u32(isOld ? places.length + 1 : NOTHING, ...places);
    return units;
  }

  private writeValues(fn: WrittenFunction, base: number): Places {
    const write = (value: (step: WrittenStep) => number): number => {
      if (fn.steps.length === 0) return 0;
      const at = this.table.length - base;
      const steps = fn.steps.map((step) => ({ end: step.end, value: value(step) }));
      this.table.raw(pcValues(steps, this.elf.quantum ?? 1));
      return at;
    };
    const firstFile = this.isOld ? 1 : 0;
    const file = write((step) => step.file + firstFile);
    return { file, line: write((step) => step.line), inlined: write((step) => step.inlined ?? -1) };
  }

  /** As the table has it: an address, or an offset from the text's start. */
  private entry(index: number): number {
    const offset = this.elf.functions.slice(0, index).reduce((sum, { size }) => sum + size, 0);
    return offset + (hasAddresses(this.elf) ? GO_TEXT : 0);
  }

  /** struct _func, and the two arrays behind it. Returns its place. */
  private writeRecord(fn: WrittenFunction, places: Places, inlineTree: number | null, entry: number): number {
    const { table, elf } = this;
    const at = table.align(table.wordBytes).length;
    if (hasAddresses(elf)) table.word(entry);
    else table.u32(entry);
    table.u32(this.nameOffset(fn.name), 0, 0, 0); // nameoff, args, deferreturn, pcsp
    table.u32(places.file, places.line, 3); // pcfile, pcln, npcdata
    if (!this.isOld) table.u32(1); // cuOffset: behind the first unit
    if (elf.version === '1.20') table.u32(fn.steps[0]?.line ?? 0); // startLine
    table.raw([0, 0, 0, inlineTree === null ? 0 : INLINE_TREE + 1]); // funcID, flag, padding, nfuncdata
    table.u32(0, 0, places.inlined); // pcdata
    if (inlineTree === null) return at;
    if (hasAddresses(elf)) table.align(table.wordBytes).word(0, 0, 0, inlineTree);
    else table.u32(NOTHING, NOTHING, NOTHING, inlineTree);
    return at;
  }

  private header(units: number, files: number, values: number): GoWriter {
    const { elf, names, functions } = this;
    const head = new GoWriter(elf)
      .u32(MAGIC[elf.version])
      .raw([0, 0, elf.quantum ?? 1, this.table.wordBytes]);
    head.word(elf.functions.length);
    if (this.isOld) return head;
    head.word(elf.files.length);
    if (!hasAddresses(elf)) head.word(elf.withoutTextStart === true ? 0 : GO_TEXT);
    return head.word(names, units, files, values, functions);
  }

  private functab(records: readonly number[], units: number): GoWriter {
    const { elf } = this;
    const tab = new GoWriter(elf);
    const base = this.isOld ? 0 : this.functions;
    const fields = records.flatMap((at, i) => [this.entry(i), at - base]);
    fields.push(this.entry(records.length));
    if (hasAddresses(elf)) tab.word(...fields);
    else tab.u32(...fields);
    return this.isOld ? tab.u32(units) : tab;
  }
}

/** Of steps with a value each; neighbours with the same value are one. */
function pcValues(steps: readonly { end: number; value: number }[], quantum: number): number[] {
  const bytes: number[] = [];
  let value = -1;
  let at = 0;
  for (const [i, step] of steps.entries()) {
    if (steps[i + 1]?.value === step.value) continue;
    const change = step.value - value;
    bytes.push(...varint(change < 0 ? -change * 2 - 1 : change * 2), ...varint((step.end - at) / quantum));
    [value, at] = [step.value, step.end];
  }
  return [...bytes, 0];
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}
