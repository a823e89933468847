// Unit: what an index, an offset or a form means in one unit.
import { BinaryFormatError } from '../../binary/binary-format-error.ts';
import type { AbbreviationTable } from './abbreviations.ts';
import * as DW from './constants.ts';
import type { DwarfFile } from './dwarf-file.ts';
import { NO_CONTRIBUTION, type Contribution } from './package-index.ts';
import { readRootEntry, type RawAttribute, type RootEntry } from './root-entry.ts';
import { readUnitHeader, type UnitHeader } from './unit-header.ts';

export class Unit {
  readonly file: DwarfFile;
  readonly header: UnitHeader;
  readonly abbreviations: AbbreviationTable;
  readonly root: RootEntry;
  /** Of a split unit: the unit in the program that refers to it, and has the addresses. */
  readonly skeleton: Unit | null;
  private readonly contribution: Contribution;
  private base: number | undefined;

  /** Reads the header and the first entry. Throws `BinaryFormatError`. */
  constructor(
    file: DwarfFile,
    offset: number,
    skeleton: Unit | null = null,
    contribution: Contribution = NO_CONTRIBUTION,
  ) {
    this.file = file;
    this.skeleton = skeleton;
    this.contribution = contribution;
    this.header = readUnitHeader(file.info, offset);
    this.abbreviations = file.abbreviations(contribution.abbrev + this.header.abbrevOffset, this.header);
    this.root = readRootEntry(file.info, this.header, this.abbreviations);
  }

  /** Whether an offset in .debug_info is one of this unit's entries. */
  contains(offset: number): boolean {
    return offset >= this.header.firstEntry && offset < this.header.end;
  }

  /** What range lists are relative to, where they say nothing else: 0 where the unit has no one beginning. */
  get baseAddress(): number {
    if (this.skeleton !== null) return this.skeleton.baseAddress;
    const low = this.root.attributes.get(DW.DW_AT_low_pc);
    this.base ??= low === undefined ? 0 : this.address(low.form, low.value);
    return this.base;
  }

  get compilationFolder(): string {
    return this.stringOf(this.root.attributes.get(DW.DW_AT_comp_dir));
  }

  /** Name of the file with the split unit, '' where this is none's skeleton. */
  get splitName(): string {
    const { attributes } = this.root;
    return this.stringOf(attributes.get(DW.DW_AT_dwo_name) ?? attributes.get(DW.DW_AT_GNU_dwo_name));
  }

  /** An address, of DW_FORM_addr or by its number in .debug_addr. */
  address(form: number, value: number): number {
    if (form === DW.DW_FORM_addr) return value;
    return this.skeleton === null ? this.addressAt(value) : this.skeleton.addressAt(value);
  }

  /** The address with this number in .debug_addr. */
  addressAt(index: number): number {
    if (this.skeleton !== null) return this.skeleton.addressAt(index);
    const { addressSize } = this.header;
    const base = this.baseOf(DW.DW_AT_addr_base) ?? this.baseOf(DW.DW_AT_GNU_addr_base) ?? 0;
    return this.file.addr.exactly(base + index * addressSize, addressSize).word(addressSize);
  }

  /** The offset in .debug_ranges of a list of this unit. */
  rangesOffset(value: number): number {
    // Only the split unit's own lists are counted from there, not those of its skeleton.
    return value + (this.skeleton?.baseOf(DW.DW_AT_GNU_ranges_base) ?? 0);
  }

  /** The offset in .debug_rnglists of a list, by its offset or (DW_FORM_rnglistx) its number. */
  rangeListOffset(form: number, value: number): number {
    const { offsetSize } = this.header;
    if (form !== DW.DW_FORM_rnglistx) return value + this.contribution.rngLists;
    // The header of a contribution: length, version, address size, segment selector size, number of offsets.
    const header = offsetSize === 8 ? 20 : 12;
    const base = this.baseOf(DW.DW_AT_rnglists_base) ?? this.contribution.rngLists + header;
    return base + this.file.rngListOffsets.exactly(base + value * offsetSize, offsetSize).word(offsetSize);
  }

  string(form: number, value: number): string {
    const { file } = this;
    switch (form) {
      case DW.DW_FORM_string:
        return file.info.string(value);
      case DW.DW_FORM_strp:
        return file.str.string(value);
      case DW.DW_FORM_line_strp:
        return file.lineStr.string(value);
      case DW.DW_FORM_strp_sup:
      case DW.DW_FORM_GNU_strp_alt:
        // Without the supplement the name is unknown: that is no fault of this file.
        return file.supplement?.str.string(value) ?? '';
      case DW.DW_FORM_strx:
      case DW.DW_FORM_strx1:
      case DW.DW_FORM_strx2:
      case DW.DW_FORM_strx3:
      case DW.DW_FORM_strx4:
      case DW.DW_FORM_GNU_str_index:
        return file.str.string(this.stringOffset(value));
      default: {
        const detail = `form 0x${form.toString(16)} is no string`;
        throw new BinaryFormatError('bad-value', file.info.name, this.header.offset, detail);
      }
    }
  }

  private stringOf(attribute: RawAttribute | undefined): string {
    return attribute === undefined ? '' : this.string(attribute.form, attribute.value);
  }

  private stringOffset(index: number): number {
    const { version, offsetSize } = this.header;
    // The header of a contribution (length, version, padding) came with DWARF 5.
    const header = version < 5 ? 0 : 2 * offsetSize;
    const base = this.baseOf(DW.DW_AT_str_offsets_base) ?? this.contribution.strOffsets + header;
    return this.file.strOffsets.exactly(base + index * offsetSize, offsetSize).word(offsetSize);
  }

  private baseOf(attribute: number): number | undefined {
    return this.root.attributes.get(attribute)?.value;
  }
}
