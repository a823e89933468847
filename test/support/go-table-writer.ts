// Writes ELF files with a Go function table of any version, for which no compiler is at hand (Go 1.2 to 1.17, 32 bits,
// big endian), laid out as cmd/link/internal/ld/pcln.go and runtime/symtab.go have it.

/** What holds up to `end`, bytes from the function's entry. */
export interface WrittenStep {
  end: number;
  /** Index into `files`. */
  file: number;
  line: number;
  /** Index into the function's `inlined`, or -1. */
  inlined?: number;
}

export interface WrittenFunction {
  name: string;
  /** Bytes. */
  size: number;
  steps: readonly WrittenStep[];
  inlined?: readonly { name: string; parentPc: number }[];
}

export interface WrittenGoElf {
  version: '1.2' | '1.16' | '1.18' | '1.20';
  is64: boolean;
  littleEndian: boolean;
  files: readonly string[];
  functions: readonly WrittenFunction[];
  /** Where moduledata has its pointers: in the file, in relocations, or there is none. */
  moduleData: 'in-place' | 'relocated' | 'none';
  /** Since Go 1.26 the table does not say where the code begins. */
  withoutTextStart?: boolean;
  /** False: no section headers. */
  sections?: boolean;
  quantum?: number;
}

export const GO_TEXT = 0x40_1000;
const DATA = 0x50_0000;
const MAGIC = { '1.2': 0xffff_fffb, '1.16': 0xffff_fffa, '1.18': 0xffff_fff0, '1.20': 0xffff_fff1 };
const SECTION_NAMES = '\0.text\0.gopclntab\0.go.buildinfo\0.shstrtab\0';
const INLINE_TREE = 3;
const MODULE_WORDS = 60;

class Writer {
  readonly bytes: number[] = [];
  private readonly elf: WrittenGoElf;

  constructor(elf: WrittenGoElf) {
    this.elf = elf;
  }

  get length(): number {
    return this.bytes.length;
  }

  int(value: number, size: number): this {
    const digits = Array.from({ length: size }, (_, i) => {
      return Number(BigInt.asUintN(8, BigInt(value) >> BigInt(8 * i)));
    });
    this.bytes.push(...(this.elf.littleEndian ? digits : digits.reverse()));
    return this;
  }

  u32(value: number): this {
    return this.int(value, 4);
  }

  word(value: number): this {
    return this.int(value, wordBytes(this.elf));
  }

  string(text: string): number {
    const at = this.length;
    this.raw(Buffer.from(`${text}\0`));
    return at;
  }

  raw(bytes: ArrayLike<number>): this {
    for (let i = 0; i < bytes.length; i++) this.bytes.push(bytes[i]!);
    return this;
  }

  align(to: number): this {
    while (this.length % to !== 0) this.bytes.push(0);
    return this;
  }
}

function wordBytes(elf: WrittenGoElf): number {
  return elf.is64 ? 8 : 4;
}

function hasAddresses(elf: WrittenGoElf): boolean {
  return elf.version === '1.2' || elf.version === '1.16';
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
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

interface Tables {
  table: Writer;
  /** Offsets in `table`. */
  names: number;
  functions: number;
}

/** The table; `inlineTrees`: address of each function's, for versions before 1.18, or offset. */
function writeTable(elf: WrittenGoElf, inlineTrees: readonly (number | null)[]): Tables {
  const headerBytes = 8 + (elf.version === '1.2' ? 1 : elf.version === '1.16' ? 7 : 8) * wordBytes(elf);
  const table = new Writer(elf).raw(new Uint8Array(headerBytes));
  const old = elf.version === '1.2';
  // Offsets of 1.2 count from the table's start: the functab comes first, its size is known.
  const functab = (2 * elf.functions.length + 1) * (hasAddresses(elf) ? wordBytes(elf) : 4);
  const functionsFirst = table.length;
  if (old) table.raw(new Uint8Array(functab + 4));
  const names = table.length;
  const nameAt = new Map<string, number>();
  for (const { name, inlined = [] } of elf.functions) {
    for (const each of [name, ...inlined.map((call) => call.name)]) {
      if (!nameAt.has(each)) nameAt.set(each, table.string(each) - (old ? 0 : names));
    }
  }
  const fileStrings = table.length;
  const fileAt = elf.files.map((file) => table.string(file) - (old ? 0 : fileStrings));
  table.align(4);
  const units = table.length;
  // A first unit of one file that was left out, then ours.
  if (!old) table.u32(0xffff_ffff);
  if (old) table.u32(fileAt.length + 1);
  fileAt.forEach((at) => table.u32(at));
  const values = table.length;
  table.raw([0]);
  const places = elf.functions.map((fn) => {
    const write = (value: (step: WrittenStep) => number): number => {
      if (fn.steps.length === 0) return 0;
      const at = table.length - (old ? 0 : values);
      table.raw(
        pcValues(
          fn.steps.map((step) => ({ end: step.end, value: value(step) })),
          elf.quantum ?? 1,
        ),
      );
      return at;
    };
    const file = write((step) => step.file + (old ? 1 : 0));
    return { file, line: write((step) => step.line), inlined: write((step) => step.inlined ?? -1) };
  });
  table.align(8);
  const functions = old ? functionsFirst : table.length;
  if (!old) table.raw(new Uint8Array(functab));
  const records = elf.functions.map((fn, i) => {
    table.align(wordBytes(elf));
    const at = table.length;
    writeRecord(table, elf, fn, nameAt.get(fn.name)!, places[i]!, inlineTrees[i]!, entryOf(elf, i));
    return at;
  });
  const head = new Writer(elf).u32(MAGIC[elf.version]).raw([0, 0, elf.quantum ?? 1, wordBytes(elf)]);
  head.word(elf.functions.length);
  if (!old) {
    head.word(elf.files.length);
    if (!hasAddresses(elf)) head.word(elf.withoutTextStart === true ? 0 : GO_TEXT);
    for (const at of [names, units, fileStrings, values, functions]) head.word(at);
  }
  put(table, 0, head.bytes);
  const tab = new Writer(elf);
  const field = (value: number): Writer => (hasAddresses(elf) ? tab.word(value) : tab.u32(value));
  records.forEach((at, i) => {
    field(entryOf(elf, i));
    field(at - (old ? 0 : functions));
  });
  field(entryOf(elf, elf.functions.length));
  if (old) tab.u32(units);
  put(table, functions, tab.bytes);
  return { table, names, functions };
}

/** As the table has it: an address, or an offset from the text's start. */
function entryOf(elf: WrittenGoElf, index: number): number {
  const offset = elf.functions.slice(0, index).reduce((sum, { size }) => sum + size, 0);
  return offset + (hasAddresses(elf) ? GO_TEXT : 0);
}

function writeRecord(
  table: Writer,
  elf: WrittenGoElf,
  fn: WrittenFunction,
  name: number,
  places: { file: number; line: number; inlined: number },
  inlineTree: number | null,
  entry: number,
): void {
  if (hasAddresses(elf)) table.word(entry);
  else table.u32(entry);
  table.u32(name).u32(0).u32(0).u32(0); // nameoff, args, deferreturn, pcsp
  table.u32(places.file).u32(places.line).u32(3); // pcfile, pcln, npcdata
  if (elf.version !== '1.2') table.u32(1); // cuOffset: behind the first unit
  if (elf.version === '1.20') table.u32(fn.steps[0]?.line ?? 0); // startLine
  table.raw([0, 0, 0, inlineTree === null ? 0 : INLINE_TREE + 1]); // funcID, flag, padding, nfuncdata
  table.u32(0).u32(0).u32(places.inlined);
  if (inlineTree === null) return;
  if (!hasAddresses(elf)) {
    for (let i = 0; i < INLINE_TREE; i++) table.u32(0xffff_ffff);
    table.u32(inlineTree);
    return;
  }
  table.align(wordBytes(elf));
  for (let i = 0; i < INLINE_TREE; i++) table.word(0);
  table.word(inlineTree);
}

function writeInlineTrees(elf: WrittenGoElf, nameAt: (name: string) => number): Writer {
  const trees = new Writer(elf);
  for (const call of elf.functions.flatMap(({ inlined = [] }) => inlined)) {
    if (elf.version === '1.20') {
      trees.raw([0, 0, 0, 0]).u32(nameAt(call.name)).u32(call.parentPc).u32(1);
    } else {
      // parent, funcID and padding, file, line, func, parentPc
      trees.raw([0, 0, 0, 0]).u32(0).u32(0).u32(nameAt(call.name)).u32(call.parentPc);
    }
  }
  return trees;
}

function put(writer: Writer, at: number, bytes: readonly number[]): void {
  bytes.forEach((byte, i) => (writer.bytes[at + i] = byte));
}

/** Headers, table, inlined calls, moduledata, relocations, dynamic section, section headers. */
export function writeGoElf(elf: WrittenGoElf): Uint8Array {
  const headerBytes = (elf.is64 ? 64 : 52) + 3 * (elf.is64 ? 56 : 32);
  const out = new Writer(elf).raw(new Uint8Array(headerBytes)).align(32);
  const tableAt = out.length;
  const addressOf = (offset: number): number => DATA + offset;
  const recordBytes = elf.version === '1.20' ? 16 : 20;
  const sizes = elf.functions.map(({ inlined = [] }) => inlined.length * recordBytes);
  const treeOffset = (i: number): number => sizes.slice(0, i).reduce((sum, size) => sum + size, 0);
  const dry = writeTable(
    elf,
    sizes.map(() => 0),
  );
  const treesAt = tableAt + Math.ceil(dry.table.length / 8) * 8;
  const base = hasAddresses(elf) ? addressOf(treesAt) : 0;
  const { table, names, functions } = writeTable(
    elf,
    sizes.map((size, i) => (size === 0 ? null : base + treeOffset(i))),
  );
  out.raw(table.bytes);
  while (out.length < treesAt) out.raw([0]);
  const nameOffset = (name: string): number => {
    const at = Buffer.from(table.bytes).indexOf(`\0${name}\0`) + 1;
    return at - (elf.version === '1.2' ? 0 : names);
  };
  out
    .raw(writeInlineTrees(elf, (name) => (name === elf.functions[0]!.name ? 0 : nameOffset(name))).bytes)
    .align(8);
  const moduleAt = out.length;
  const pointers = modulePointers(elf, addressOf(tableAt), names, functions, addressOf(treesAt));
  if (elf.moduleData !== 'none') {
    for (let i = 0; i < MODULE_WORDS; i++)
      out.word(elf.moduleData === 'in-place' ? (pointers.get(i) ?? 0) : 0);
  }
  const relocationsAt = out.length;
  if (elf.moduleData === 'relocated') {
    for (const [i, value] of pointers)
      out
        .int(addressOf(moduleAt) + 8 * i, 8)
        .int(8, 8)
        .int(value, 8);
  }
  const dynamicAt = out.length;
  const dynamic = [7, addressOf(relocationsAt), 8, dynamicAt - relocationsAt, 9, 24, 0, 0];
  if (elf.moduleData === 'relocated') dynamic.forEach((value) => out.int(value, 8));
  const stringsAt = out.length;
  out.raw(Buffer.from(SECTION_NAMES)).align(8);
  const sectionsAt = out.length;
  const hasSections = elf.sections !== false;
  if (hasSections) {
    section(out, elf, '', 0, 0, 0, 0);
    section(out, elf, '.text', 6, GO_TEXT, 0, 0);
    section(out, elf, '.gopclntab', 2, addressOf(tableAt), tableAt, table.length);
    section(out, elf, '.shstrtab', 0, 0, stringsAt, SECTION_NAMES.length);
  }
  const head = new Writer(elf);
  head.raw([0x7f, 0x45, 0x4c, 0x46, elf.is64 ? 2 : 1, elf.littleEndian ? 1 : 2, 1, 0]).raw(new Uint8Array(8));
  head.int(2, 2).int(62, 2).u32(1); // e_type, e_machine, e_version
  head
    .word(0)
    .word(elf.is64 ? 64 : 52)
    .word(hasSections ? sectionsAt : 0)
    .u32(0);
  head
    .int(elf.is64 ? 64 : 52, 2)
    .int(elf.is64 ? 56 : 32, 2)
    .int(3, 2); // e_ehsize, e_phentsize, e_phnum
  head
    .int(elf.is64 ? 64 : 40, 2)
    .int(hasSections ? 4 : 0, 2)
    .int(hasSections ? 3 : 0, 2); // e_shentsize, …
  segment(head, elf, 1, 5, 0, GO_TEXT, headerBytes);
  segment(head, elf, 1, 6, 0, DATA, stringsAt);
  const isDynamic = elf.moduleData === 'relocated';
  segment(
    head,
    elf,
    isDynamic ? 2 : 0,
    6,
    dynamicAt,
    addressOf(dynamicAt),
    isDynamic ? stringsAt - dynamicAt : 0,
  );
  put(out, 0, head.bytes);
  return Uint8Array.from(out.bytes);
}

/** Words of moduledata by index. */
function modulePointers(
  elf: WrittenGoElf,
  table: number,
  names: number,
  functions: number,
  functionData: number,
): Map<number, number> {
  return new Map([
    [0, table], // pcHeader
    [1, table + names], // funcnametab
    [13, table + functions], // pclntable
    [22, GO_TEXT], // text
    [elf.version === '1.20' ? 40 : 38, functionData], // gofunc
  ]);
}

function segment(
  out: Writer,
  elf: WrittenGoElf,
  type: number,
  flags: number,
  offset: number,
  address: number,
  size: number,
): void {
  out.u32(type);
  if (elf.is64) out.u32(flags);
  out.word(offset).word(address).word(address).word(size).word(size);
  if (!elf.is64) out.u32(flags);
  out.word(0x1000);
}

function section(
  out: Writer,
  elf: WrittenGoElf,
  name: string,
  flags: number,
  address: number,
  offset: number,
  size: number,
): void {
  out.u32(name === '' ? 0 : SECTION_NAMES.indexOf(`\0${name}\0`) + 1).u32(name === '' ? 0 : 1);
  out.word(flags).word(address).word(offset).word(size).u32(0).u32(0).word(1).word(0);
  if (elf.is64 && out.length % 8 !== 0) throw new Error('section headers are aligned');
}
