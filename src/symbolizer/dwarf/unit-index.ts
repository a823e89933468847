// UnitIndex: address → the unit that has it.
import { BinaryFormatError } from '../../binary/binary-format-error.ts';
import { readAranges } from './aranges.ts';
import * as DW from './constants.ts';
import type { DwarfFile } from './dwarf-file.ts';
import { RangeReader } from './range-reader.ts';
import { SpanColumns } from './span-columns.ts';
import type { SymbolIndex } from '../symbol-index.ts';
import type { RawAttribute } from './root-entry.ts';
import { isTypeUnit } from './unit-header.ts';
import { Unit } from './unit.ts';

/** Range list entries of all units together: as many as would take a second to read. */
const MAX_RANGES = 1 << 24;
/** Declarations that are looked through for the units' first entries: most are the first of their table. */
const MAX_DECLARATIONS = 1 << 23;

const ABSENT: RawAttribute = { form: 0, value: 0 };

interface UnitSpans {
  index: SymbolIndex;
  /** Offsets in .debug_info, by the numbers that the index gives. */
  units: readonly number[];
}

/**
 * .debug_aranges is asked first, since it says everything in one place. Units that it says nothing of (clang and rustc
 * write none, and a file may have units of several compilers) are asked themselves, when an address is in no other.
 */
export class UnitIndex {
  private readonly file: DwarfFile;
  private told: UnitSpans | null = null;
  private readonly seen = new Set<number>();
  private others: UnitSpans | null = null;
  /** Units whose first entry cannot be read: their addresses are unknown. */
  malformed = 0;

  constructor(file: DwarfFile) {
    this.file = file;
  }

  get byteLength(): number {
    const spans = [this.told, this.others];
    return spans.reduce(
      (sum, each) => sum + (each === null ? 0 : each.index.byteLength + each.units.length * 8),
      0,
    );
  }

  /** Offset in .debug_info of the unit that covers the address, -1 where none does. */
  find(address: number): number {
    this.told ??= this.readTold();
    const unit = findIn(this.told, address);
    if (unit >= 0) return unit;
    this.others ??= this.readOthers();
    return findIn(this.others, address);
  }

  private readTold(): UnitSpans {
    const collector = new UnitSpanCollector();
    readAranges(
      this.file.aranges,
      (unit) => this.seen.add(unit),
      (unit, start, end) => collector.add(unit, start, end),
    );
    return collector.finish();
  }

  private readOthers(): UnitSpans {
    const collector = new UnitSpanCollector();
    let unit = 0;
    const ranges = new RangeReader((start, end) => collector.add(unit, start, end), MAX_RANGES);
    let declarations = 0;
    for (unit of this.file.units.offsets) {
      if (this.seen.has(unit) || declarations > MAX_DECLARATIONS) continue;
      declarations += this.readOther(unit, ranges);
    }
    this.seen.clear();
    return collector.finish();
  }

  /** Returns how many declarations had to be read for it. */
  private readOther(offset: number, ranges: RangeReader): number {
    try {
      const unit = new Unit(this.file, offset);
      const { tag, attributes } = unit.root;
      const hasCode = tag === DW.DW_TAG_compile_unit || tag === DW.DW_TAG_skeleton_unit;
      if (!hasCode || isTypeUnit(unit.header)) return unit.abbreviations.count;
      const low = attributes.get(DW.DW_AT_low_pc) ?? ABSENT;
      const high = attributes.get(DW.DW_AT_high_pc) ?? ABSENT;
      const list = attributes.get(DW.DW_AT_ranges) ?? ABSENT;
      ranges.read(unit, {
        ...{ lowForm: low.form, low: low.value, highForm: high.form, high: high.value },
        ...{ rangesForm: list.form, ranges: list.value },
      });
      return unit.abbreviations.count;
    } catch (error) {
      if (!(error instanceof BinaryFormatError)) throw error;
      this.malformed++;
      return 1;
    }
  }
}

function findIn({ index, units }: UnitSpans, address: number): number {
  const row = index.find(address);
  return row < 0 ? -1 : units[row]!;
}

class UnitSpanCollector {
  private readonly spans = new SpanColumns();
  private readonly units: number[] = [];

  add(unit: number, start: number, end: number): void {
    if (this.units.at(-1) !== unit) this.units.push(unit);
    this.spans.push(start, end, this.units.length - 1);
  }

  finish(): UnitSpans {
    return { index: this.spans.index('first-owner'), units: this.units };
  }
}
