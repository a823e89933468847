// UnitDecoder: a unit's entries and its line program → what is kept of them.
import * as DW from './constants.ts';
import { DecodedUnit, type UnitLines } from './decoded-unit.ts';
import { addressLimit } from './encoding.ts';
import { readLineProgram } from './line-header.ts';
import { runLineProgram } from './line-program.ts';
import { LineRows } from './line-rows.ts';
import { ScopeDecoder } from './scope-decoder.ts';
import type { SplitUnits } from './split-units.ts';
import type { Unit } from './unit.ts';

/** Its columns are used again from unit to unit. */
export class UnitDecoder {
  private readonly splitUnits: SplitUnits;
  private readonly scopes = new ScopeDecoder();
  private readonly rows = new LineRows();

  constructor(splitUnits: SplitUnits) {
    this.splitUnits = splitUnits;
  }

  /** Throws `BinaryFormatError`. */
  decode(unit: Unit): DecodedUnit {
    const isSkeleton = unit.root.dwoId !== 0n;
    const split = isSkeleton ? this.splitUnits.unitOf(unit) : null;
    const lines = this.decodeLines(unit);
    const withEntries = split ?? unit;
    return new DecodedUnit(withEntries, this.scopes.decode(withEntries), lines, isSkeleton && split === null);
  }

  private decodeLines(unit: Unit): UnitLines | null {
    const program = unit.root.attributes.get(DW.DW_AT_stmt_list);
    if (program === undefined) return null;
    const parsed = readLineProgram(unit, program.value);
    this.rows.begin(addressLimit(parsed.header.addressSize));
    runLineProgram(parsed, this.rows);
    return { table: this.rows.finish(), files: parsed.header.files };
  }
}
