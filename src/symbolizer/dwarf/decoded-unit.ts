// DecodedUnit: what is kept of a unit that was asked for, and the frames that it gives.
import type { SourceFrame } from '../source-frame.ts';
import { functionName } from './function-names.ts';
import type { LineFiles } from './line-files.ts';
import { findRow, type LineTable } from './line-rows.ts';
import { NO_SCOPE, type ScopeTable } from './scope-columns.ts';
import type { Unit } from './unit.ts';

/** Of a Map's entry, and of a string beside its characters. */
const NAME_BYTES = 64;
const FIXED_BYTES = 1024;

export interface UnitLines {
  table: LineTable;
  files: LineFiles;
}

export class DecodedUnit {
  /** Whose entries the scopes are: the split unit where there is one. */
  private readonly unit: Unit;
  private readonly scopes: ScopeTable;
  /** Null where the unit has no line program. */
  private readonly lines: UnitLines | null;
  /** By the offset of the entry that has them, those that were asked for. */
  private readonly names = new Map<number, string>();
  private nameBytes = 0;
  /** True where the unit is a skeleton whose split unit is not at hand. */
  readonly lacksSplitUnit: boolean;
  /** Number of the look-up that last used it. */
  lastUsed = 0;

  constructor(unit: Unit, scopes: ScopeTable, lines: UnitLines | null, lacksSplitUnit: boolean) {
    this.unit = unit;
    this.scopes = scopes;
    this.lines = lines;
    this.lacksSplitUnit = lacksSplitUnit;
  }

  get byteLength(): number {
    const { scopes, lines, nameBytes } = this;
    const lineBytes = lines === null ? 0 : lines.table.byteLength + lines.files.byteLength;
    return FIXED_BYTES + scopes.byteLength + lineBytes + nameBytes;
  }

  /** Innermost first; null where neither a function nor a line is known. Throws `BinaryFormatError`. */
  framesAt(address: number): SourceFrame[] | null {
    const { scopes, lines } = this;
    let scope = scopes.index.find(address);
    const row = lines === null ? -1 : findRow(lines.table, address);
    if (scope < 0 && row < 0) return null;
    const frame = lines === null || row < 0 ? unknown() : rowFrame(lines, row);
    const frames = [frame];
    if (scope < 0) return frames;
    frame.name = this.nameOf(scope);
    for (let outer = scopes.parent[scope]!; outer !== NO_SCOPE; outer = scopes.parent[scope]!) {
      // What is known of the call stands with the callee.
      frames.push({
        name: this.nameOf(outer),
        file: lines?.files.path(scopes.callFile[scope]!) ?? '',
        line: scopes.callLine[scope]!,
        column: scopes.callColumn[scope]!,
      });
      scope = outer;
    }
    return frames;
  }

  private nameOf(scope: number): string {
    const entry = this.scopes.entry[scope]!;
    const known = this.names.get(entry);
    if (known !== undefined) return known;
    const name = functionName(this.unit, entry);
    this.names.set(entry, name);
    this.nameBytes += NAME_BYTES + name.length;
    return name;
  }
}

function unknown(): SourceFrame {
  return { name: '', file: '', line: 0, column: 0 };
}

function rowFrame({ table, files }: UnitLines, row: number): SourceFrame {
  const file = table.files[row]!;
  // A row of a file that the table does not have is not to be believed.
  if (!files.has(file)) return unknown();
  return { name: '', file: files.path(file), line: table.lines[row]!, column: table.columns[row]! };
}
