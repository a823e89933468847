// Writes debug sections of any version, width and byte order, right or wrong: what no compiler at hand would write.
import * as DW from '../../src/symbolizer/dwarf/constants.ts';
import { ByteWriter } from './byte-writer.ts';

/** A number, a string for DW_FORM_string, bytes of a block, or an entry that is referred to. */
export type WrittenValue = number | bigint | string | number[] | WrittenEntry;

export interface WrittenEntry {
  tag: number;
  /** DW_AT_…, DW_FORM_…, value. */
  attributes: [number, number, WrittenValue][];
  children?: WrittenEntry[];
}

export interface WrittenUnit {
  root: WrittenEntry;
  version?: number;
  /** DW_UT_…, from DWARF 5 on. */
  type?: number;
  /** Of a skeleton or split unit's header. */
  dwoId?: bigint;
}

export interface Layout {
  littleEndian?: boolean;
  /** The 64-bit format: offsets of 8 bytes. */
  wide?: boolean;
  addressSize?: number;
  version?: number;
}

export interface WrittenInfo {
  info: Uint8Array;
  abbrev: Uint8Array;
  /** Where in .debug_info each entry, and each unit, is. */
  entryAt: ReadonlyMap<WrittenEntry, number>;
  unitAt: number[];
}

interface Fixup {
  at: number;
  size: number;
  target: WrittenEntry;
  /** What the reference counts from. */
  from: number;
}

export function subprogram(
  name: string,
  low: number,
  size: number,
  ...children: WrittenEntry[]
): WrittenEntry {
  return {
    tag: DW.DW_TAG_subprogram,
    attributes: [
      [DW.DW_AT_name, DW.DW_FORM_string, name],
      [DW.DW_AT_low_pc, DW.DW_FORM_addr, low],
      [DW.DW_AT_high_pc, DW.DW_FORM_data4, size],
    ],
    children,
  };
}

/** `call`: file, line, column. */
export function inlined(
  origin: WrittenEntry,
  low: number,
  size: number,
  call: [number, number, number],
  ...children: WrittenEntry[]
): WrittenEntry {
  return {
    tag: DW.DW_TAG_inlined_subroutine,
    attributes: [
      [DW.DW_AT_abstract_origin, DW.DW_FORM_ref4, origin],
      [DW.DW_AT_low_pc, DW.DW_FORM_addr, low],
      [DW.DW_AT_high_pc, DW.DW_FORM_data4, size],
      [DW.DW_AT_call_file, DW.DW_FORM_data1, call[0]],
      [DW.DW_AT_call_line, DW.DW_FORM_data2, call[1]],
      [DW.DW_AT_call_column, DW.DW_FORM_data1, call[2]],
    ],
    children,
  };
}

/** A function without code, which others refer to. */
export function abstractFunction(name: string): WrittenEntry {
  return { tag: DW.DW_TAG_subprogram, attributes: [[DW.DW_AT_name, DW.DW_FORM_string, name]] };
}

export function compileUnit(
  attributes: WrittenEntry['attributes'],
  ...children: WrittenEntry[]
): WrittenEntry {
  return { tag: DW.DW_TAG_compile_unit, attributes, children };
}

/** [low, low + size), as a compile unit says it. */
export function covers(low: number, size: number): WrittenEntry['attributes'] {
  return [
    [DW.DW_AT_low_pc, DW.DW_FORM_addr, low],
    [DW.DW_AT_high_pc, DW.DW_FORM_data4, size],
  ];
}

/** .debug_info and .debug_abbrev: one table of abbreviations for all units. */
export function writeInfo(units: readonly WrittenUnit[], layout: Layout = {}): WrittenInfo {
  const writer = new InfoWriter(layout);
  const unitAt = units.map((unit) => writer.unit(unit));
  return { ...writer.finish(), unitAt };
}

class InfoWriter {
  private readonly layout: Required<Layout>;
  private readonly info: ByteWriter;
  private readonly abbrev: ByteWriter;
  private readonly codes = new Map<string, number>();
  private readonly entryAt = new Map<WrittenEntry, number>();
  private readonly fixups: Fixup[] = [];
  private unitStart = 0;

  constructor(layout: Layout) {
    this.layout = { littleEndian: true, wide: false, addressSize: 8, version: 4, ...layout };
    this.info = new ByteWriter(this.layout.littleEndian);
    this.abbrev = new ByteWriter(this.layout.littleEndian);
  }

  unit({ root, version = this.layout.version, type = DW.DW_UT_compile, dwoId }: WrittenUnit): number {
    const { info, layout } = this;
    this.unitStart = info.length;
    if (layout.wide) info.u32(0xffff_ffff);
    const lengthAt = info.length;
    info.int(0, this.offsetSize).u16(version);
    if (version >= 5) info.u8(type).u8(layout.addressSize).int(0, this.offsetSize);
    else info.int(0, this.offsetSize).u8(layout.addressSize);
    if (dwoId !== undefined && version >= 5) info.u64(dwoId);
    this.entry(root);
    info.patch(lengthAt, info.length - lengthAt - this.offsetSize, this.offsetSize);
    return this.unitStart;
  }

  finish(): Omit<WrittenInfo, 'unitAt'> {
    for (const { at, size, target, from } of this.fixups) {
      const offset = this.entryAt.get(target);
      if (offset === undefined) throw new Error('a reference to an entry that was not written');
      this.info.patch(at, offset - from, size);
    }
    return { info: this.info.finish(), abbrev: this.abbrev.u8(0).finish(), entryAt: this.entryAt };
  }

  private get offsetSize(): number {
    return this.layout.wide ? 8 : 4;
  }

  private entry(entry: WrittenEntry): void {
    this.entryAt.set(entry, this.info.length);
    this.info.uleb(this.codeOf(entry));
    for (const [, form, value] of entry.attributes) this.value(form, value);
    if ((entry.children ?? []).length === 0) return;
    for (const child of entry.children!) this.entry(child);
    this.info.u8(0);
  }

  private codeOf({ tag, attributes, children = [] }: WrittenEntry): number {
    const implicit = (form: number, value: WrittenValue): unknown =>
      form === DW.DW_FORM_implicit_const ? value : null;
    const shape = JSON.stringify([
      tag,
      children.length > 0,
      attributes.map(([a, f, v]) => [a, f, implicit(f, v)]),
    ]);
    const known = this.codes.get(shape);
    if (known !== undefined) return known;
    const code = this.codes.size + 1;
    this.codes.set(shape, code);
    this.abbrev
      .uleb(code)
      .uleb(tag)
      .u8(children.length > 0 ? 1 : 0);
    for (const [name, form, value] of attributes) {
      this.abbrev.uleb(name).uleb(form);
      if (form === DW.DW_FORM_implicit_const) this.abbrev.sleb(value as number);
    }
    this.abbrev.raw([0, 0]);
    return code;
  }

  private value(form: number, value: WrittenValue): void {
    const { info } = this;
    if (typeof value === 'string') info.string(value);
    else if (Array.isArray(value)) this.block(form, value);
    else if (typeof value === 'object') this.reference(form, value);
    else if (isLeb(form)) info.uleb(value);
    else if (form === DW.DW_FORM_sdata) info.sleb(value);
    else info.int(value, this.sizeOf(form));
  }

  /** Of DW_FORM_indirect: the form and the value, as bytes. */
  private block(form: number, bytes: number[]): void {
    if (form === DW.DW_FORM_block1) this.info.u8(bytes.length);
    else if (form === DW.DW_FORM_block2) this.info.u16(bytes.length);
    else if (form === DW.DW_FORM_block4) this.info.u32(bytes.length);
    else if (form === DW.DW_FORM_block || form === DW.DW_FORM_exprloc) this.info.uleb(bytes.length);
    this.info.raw(bytes);
  }

  private reference(form: number, target: WrittenEntry): void {
    const size = this.sizeOf(form);
    const from = form === DW.DW_FORM_ref_addr ? 0 : this.unitStart;
    this.fixups.push({ at: this.info.length, size, target, from });
    this.info.int(0, size);
  }

  private sizeOf(form: number): number {
    const fixed = FIXED_SIZES.get(form);
    if (fixed !== undefined) return fixed;
    return form === DW.DW_FORM_addr ? this.layout.addressSize : this.offsetSize;
  }
}

const FIXED_SIZES = new Map<number, number>([
  [DW.DW_FORM_flag_present, 0],
  [DW.DW_FORM_implicit_const, 0],
  [DW.DW_FORM_data1, 1],
  [DW.DW_FORM_flag, 1],
  [DW.DW_FORM_ref1, 1],
  [DW.DW_FORM_strx1, 1],
  [DW.DW_FORM_addrx1, 1],
  [DW.DW_FORM_data2, 2],
  [DW.DW_FORM_ref2, 2],
  [DW.DW_FORM_strx2, 2],
  [DW.DW_FORM_addrx2, 2],
  [DW.DW_FORM_strx3, 3],
  [DW.DW_FORM_addrx3, 3],
  [DW.DW_FORM_data4, 4],
  [DW.DW_FORM_ref4, 4],
  [DW.DW_FORM_strx4, 4],
  [DW.DW_FORM_addrx4, 4],
  [DW.DW_FORM_ref_sup4, 4],
  [DW.DW_FORM_data8, 8],
  [DW.DW_FORM_ref8, 8],
  [DW.DW_FORM_ref_sig8, 8],
  [DW.DW_FORM_ref_sup8, 8],
  [DW.DW_FORM_data16, 16],
]);

function isLeb(form: number): boolean {
  return [
    DW.DW_FORM_udata,
    DW.DW_FORM_ref_udata,
    DW.DW_FORM_strx,
    DW.DW_FORM_addrx,
    DW.DW_FORM_rnglistx,
    DW.DW_FORM_loclistx,
    DW.DW_FORM_GNU_addr_index,
    DW.DW_FORM_GNU_str_index,
  ].includes(form);
}
