// Writes ELF files with a Go function table, and what is found by way of it: inlined calls and moduledata.
import { GoTableWriter, hasAddresses } from './go-table-writer.ts';
import { GO_TEXT, GoWriter, type WrittenGoElf } from './go-writer.ts';

/** Address of the file's first byte, as data. */
const DATA = 0x50_0000;
const SECTION_NAMES = '\0.text\0.gopclntab\0.shstrtab\0';
const MODULE_WORDS = 60;
const SEGMENTS = 3;

/** Offsets in the file. */
interface Layout {
  table: number;
  trees: number;
  module: number;
  relocations: number;
  dynamic: number;
  strings: number;
  sections: number;
}

/** Headers, table, inlined calls, moduledata, relocations, dynamic section, section headers. */
export function writeGoElf(elf: WrittenGoElf): Uint8Array {
  const out = new GoWriter(elf).zeros(elf.is64 ? 64 + SEGMENTS * 56 : 52 + SEGMENTS * 32).align(32);
  const table = out.length;
  const trees = table + Math.ceil(new GoTableWriter(elf, treeOffsets(elf, 0)).table.length / 8) * 8;
  const written = new GoTableWriter(elf, treeOffsets(elf, hasAddresses(elf) ? DATA + trees : 0));
  out.raw(written.table.bytes).align(8);
  out.raw(inlineTrees(elf, written).bytes).align(8);
  const pointers = modulePointers(elf, DATA + table, written, DATA + trees);
  const module = out.length;
  writeModule(out, elf, pointers);
  const relocations = out.length;
  if (elf.moduleData === 'relocated') {
    for (const [i, value] of pointers)
      out
        .int(DATA + module + 8 * i, 8)
        .int(8, 8)
        .int(value, 8);
  }
  const dynamic = out.length;
  if (elf.moduleData === 'relocated') {
    for (const value of [7, DATA + relocations, 8, dynamic - relocations, 9, 24, 0, 0]) out.int(value, 8);
  }
  const strings = out.length;
  const sections = out.raw(Buffer.from(SECTION_NAMES)).align(8).length;
  const layout = { table, trees, module, relocations, dynamic, strings, sections };
  writeSections(out, elf, layout, written.table.length);
  out.put(0, headers(elf, layout));
  return Uint8Array.from(out.bytes);
}

/** Of each function, counted from `base`. */
function treeOffsets(elf: WrittenGoElf, base: number): (number | null)[] {
  const recordBytes = elf.version === '1.20' ? 16 : 20;
  let next = base;
  return elf.functions.map(({ inlined = [] }) => {
    const at = next;
    next += inlined.length * recordBytes;
    return inlined.length === 0 ? null : at;
  });
}

function inlineTrees(elf: WrittenGoElf, table: GoTableWriter): GoWriter {
  const trees = new GoWriter(elf);
  for (const { name, parentPc } of elf.functions.flatMap(({ inlined = [] }) => inlined)) {
    const at = table.nameOffset(name);
    if (elf.version === '1.20') {
      trees.u32(0, at, parentPc, 1); // funcID and padding, nameOff, parentPc, startLine
    } else {
      trees.u32(0, 0, 0, at, parentPc); // parent, funcID and padding; file; line; func; parentPc
    }
  }
  return trees;
}

/** Words of moduledata by index. */
function modulePointers(
  elf: WrittenGoElf,
  address: number,
  { names, functions }: GoTableWriter,
  functionData: number,
): Map<number, number> {
  return new Map([
    [0, address], // pcHeader
    [1, address + names], // funcnametab
    [13, address + functions], // pclntable
    [22, GO_TEXT], // text
    [elf.version === '1.20' ? 40 : 38, functionData], // gofunc
  ]);
}

function writeModule(
  out: GoWriter,
  { moduleData }: WrittenGoElf,
  pointers: ReadonlyMap<number, number>,
): void {
  if (moduleData === 'none') return;
  for (let i = 0; i < MODULE_WORDS; i++) out.word(moduleData === 'in-place' ? (pointers.get(i) ?? 0) : 0);
}

function writeSections(out: GoWriter, elf: WrittenGoElf, layout: Layout, tableBytes: number): void {
  if (elf.sections === false) return;
  const section = (name: string, address: number, offset: number, size: number): void => {
    const isNull = name === '';
    out.u32(isNull ? 0 : SECTION_NAMES.indexOf(`\0${name}\0`) + 1, isNull ? 0 : 1); // sh_name, sh_type
    out.word(0, address, offset, size).u32(0, 0).word(1, 0);
  };
  section('', 0, 0, 0);
  section('.text', GO_TEXT, 0, 0);
  section('.gopclntab', DATA + layout.table, layout.table, tableBytes);
  section('.shstrtab', 0, layout.strings, SECTION_NAMES.length);
}

function headers(elf: WrittenGoElf, layout: Layout): GoWriter {
  const hasSections = elf.sections !== false;
  const [headerBytes, segmentBytes, sectionBytes] = elf.is64 ? [64, 56, 64] : [52, 32, 40];
  const head = new GoWriter(elf);
  head.raw([0x7f, 0x45, 0x4c, 0x46, elf.is64 ? 2 : 1, elf.littleEndian ? 1 : 2, 1, 0]).zeros(8);
  head.int(2, 2).int(62, 2).u32(1); // e_type, e_machine, e_version
  head.word(0, headerBytes, hasSections ? layout.sections : 0).u32(0); // e_entry, e_phoff, e_shoff, e_flags
  for (const half of [headerBytes, segmentBytes, SEGMENTS]) head.int(half, 2);
  for (const half of [sectionBytes, hasSections ? 4 : 0, hasSections ? 3 : 0]) head.int(half, 2);
  const segment = (type: number, flags: number, offset: number, address: number, size: number): void => {
    head.u32(type);
    if (elf.is64) head.u32(flags);
    head.word(offset, address, address, size, size);
    if (!elf.is64) head.u32(flags);
    head.word(0x1000);
  };
  segment(1, 5, 0, GO_TEXT, layout.table);
  segment(1, 6, 0, DATA, layout.strings);
  const isDynamic = elf.moduleData === 'relocated';
  const { dynamic, strings } = layout;
  segment(isDynamic ? 2 : 0, 6, dynamic, DATA + dynamic, isDynamic ? strings - dynamic : 0);
  return head;
}
