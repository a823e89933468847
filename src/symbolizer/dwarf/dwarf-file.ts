// DwarfFile: the sections of one file, its units, and the abbreviation tables that they share.
import { BinaryFormatError } from '../../binary/binary-format-error.ts';
import { AbbreviationTable } from './abbreviations.ts';
import type { DebugSections } from './debug-sections.ts';
import type { Encoding } from './encoding.ts';
import { LastUsed } from './last-used.ts';
import type { PackageIndex } from './package-index.ts';
import { SectionReader } from './section-reader.ts';
import { UnitList } from './unit-list.ts';
import { Unit } from './unit.ts';

export interface DwarfFileOptions {
  /** Sections are those of a split unit or a package: `.debug_info.dwo`, … */
  split?: boolean;
  supplement?: DwarfFile | null;
  package?: PackageIndex | null;
}

/** A table takes about 30 KB; tables beyond that are parsed again. */
const MAX_TABLES = 32;
/** Units with their root; a name may lead through some. */
const MAX_UNITS = 64;

export class DwarfFile {
  readonly info: SectionReader;
  readonly str: SectionReader;
  readonly strOffsets: SectionReader;
  readonly rngLists: SectionReader;
  /** Of the same section: the tables of offsets at its lists' front, which are read in turn with the lists. */
  readonly rngListOffsets: SectionReader;
  readonly lineStr: SectionReader;
  readonly line: SectionReader;
  readonly addr: SectionReader;
  readonly ranges: SectionReader;
  readonly aranges: SectionReader;
  readonly units: UnitList;
  /** The file that dwz moved common entries and strings to; null where there is none, or it is not at hand. */
  readonly supplement: DwarfFile | null;
  private readonly abbrev: SectionReader;
  private readonly package: PackageIndex | null;
  private readonly tables = new LastUsed<string, AbbreviationTable>(MAX_TABLES);
  private readonly recent = new LastUsed<number, Unit>(MAX_UNITS);

  constructor(sections: DebugSections, options: DwarfFileOptions = {}) {
    const suffix = options.split === true ? '.dwo' : '';
    const reader = (name: string): SectionReader =>
      new SectionReader(sections.section(name), name, sections.littleEndian);
    this.info = reader(`.debug_info${suffix}`);
    this.abbrev = reader(`.debug_abbrev${suffix}`);
    this.str = reader(`.debug_str${suffix}`);
    this.strOffsets = reader(`.debug_str_offsets${suffix}`);
    this.rngLists = reader(`.debug_rnglists${suffix}`);
    this.rngListOffsets = reader(`.debug_rnglists${suffix}`);
    this.lineStr = reader('.debug_line_str');
    this.line = reader('.debug_line');
    this.addr = reader('.debug_addr');
    this.ranges = reader('.debug_ranges');
    this.aranges = reader('.debug_aranges');
    this.units = new UnitList(this.info);
    this.supplement = options.supplement ?? null;
    this.package = options.package ?? null;
  }

  /** Bytes of what is kept beside decoded units. */
  get byteLength(): number {
    const { info, str, strOffsets, rngLists, rngListOffsets, lineStr, line, addr, ranges, aranges } = this;
    const readers = [info, str, strOffsets, rngLists, rngListOffsets, lineStr, line, addr, ranges, aranges];
    const buffers = readers.reduce((sum, { byteLength }) => sum + byteLength, this.abbrev.byteLength);
    return buffers + this.units.byteLength + (this.supplement?.byteLength ?? 0);
  }

  /** Throws `BinaryFormatError`. */
  unitAt(offset: number): Unit {
    return this.recent.get(offset, () => new Unit(this, offset, null, this.package?.at(offset)));
  }

  /** The unit that an offset in .debug_info lies in. Throws `BinaryFormatError` where it is in none. */
  unitContaining(offset: number): Unit {
    const at = this.units.containing(offset);
    if (at < 0) throw new BinaryFormatError('bad-value', this.info.name, offset, 'a reference into no unit');
    return this.unitAt(at);
  }

  abbreviations(offset: number, encoding: Encoding): AbbreviationTable {
    const { version, addressSize, offsetSize } = encoding;
    // How long a value is depends on these too.
    const key = `${offset}/${version}/${addressSize}/${offsetSize}`;
    return this.tables.get(key, () => new AbbreviationTable(this.abbrev, offset, encoding));
  }
}
