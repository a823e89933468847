// DecodedUnit: what is kept of a unit that was asked for, and the frames that it gives.
import type { SourceFrame } from '../source-frame.ts';
import { functionName } from './function-names.ts';
import type { LineFiles } from './line-files.ts';
import { findRow, type LineTable } from './line-rows.ts';
import { NO_SCOPE, type ScopeTable } from './scope-columns.ts';
import type { Unit } from './unit.ts';

/** Of a Map's entry, and of a string beside its characters. */
const TEXT_BYTES = 64;
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
  /** Those that were asked for: names by the offset of the entry that has them, paths by the number of the file. */
  private readonly names = new Map<number, string>();
  private readonly paths = new Map<number, string>();
  /** True where the unit is a skeleton whose split unit is not at hand. */
  readonly lacksSplitUnit: boolean;
  /** Number of the look-up that last used it. */
  lastUsed = 0;
  /** Grows with the names and paths that are asked for. */
  byteLength: number;

  constructor(unit: Unit, scopes: ScopeTable, lines: UnitLines | null, lacksSplitUnit: boolean) {
    this.unit = unit;
    this.scopes = scopes;
    this.lines = lines;
    this.lacksSplitUnit = lacksSplitUnit;
    const lineBytes = lines === null ? 0 : lines.table.byteLength + lines.files.byteLength;
    this.byteLength = FIXED_BYTES + scopes.byteLength + lineBytes;
  }

  /** Innermost first; null where neither a function nor a line is known. Throws `BinaryFormatError`. */
  framesAt(address: number): SourceFrame[] | null {
    const { scopes, lines } = this;
    let scope = scopes.index.find(address);
    const row = lines === null ? -1 : findRow(lines.table, address);
    if (scope < 0 && row < 0) return null;
    const frame = lines === null || row < 0 ? unknown() : this.rowFrame(lines, row);
    const frames = [frame];
    if (scope < 0) return frames;
    frame.name = this.nameOf(scope);
    for (let outer = scopes.parent[scope]!; outer !== NO_SCOPE; outer = scopes.parent[scope]!) {
      // What is known of the call stands with the callee.
      frames.push({
        name: this.nameOf(outer),
        file: this.pathOf(scopes.callFile[scope]!),
        line: scopes.callLine[scope]!,
        column: scopes.callColumn[scope]!,
      });
      scope = outer;
    }
    return frames;
  }

  private rowFrame({ table, files }: UnitLines, row: number): SourceFrame {
    const file = table.files[row]!;
    // A row of a file that the table does not have is not to be believed.
    if (!files.has(file)) return unknown();
    return { name: '', file: this.pathOf(file), line: table.lines[row]!, column: table.columns[row]! };
  }

  private nameOf(scope: number): string {
    const entry = this.scopes.entry[scope]!;
    return this.names.get(entry) ?? this.keep(this.names, entry, functionName(this.unit, entry));
  }

  private pathOf(file: number): string {
    return this.paths.get(file) ?? this.keep(this.paths, file, this.lines?.files.path(file) ?? '');
  }

  private keep(texts: Map<number, string>, key: number, text: string): string {
    texts.set(key, text);
    this.byteLength += TEXT_BYTES + text.length;
    return text;
  }
}

function unknown(): SourceFrame {
  return { name: '', file: '', line: 0, column: 0 };
}
