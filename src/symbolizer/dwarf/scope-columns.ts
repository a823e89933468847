// Scopes: the functions and inlined calls of a unit, as columns, and which of them an address is in.
import type { SymbolIndex } from '../symbol-index.ts';

/** Parent of a function, which no other encloses. */
export const NO_SCOPE = -1;

/** Bytes per scope: name, parent, call file, call line, call column. */
const ROW_BYTES = 8 + 4 + 4 + 4 + 2;

export interface ScopeTable {
  /** Address → innermost scope. */
  index: SymbolIndex;
  /** Offset in .debug_info of the entry whose name, or whose origin's name, it has. */
  entry: Float64Array;
  /** The scope that it was inlined into. */
  parent: Int32Array;
  /** Where in that it was called: index in the line table's files, line, column; 0 where unknown. */
  callFile: Uint32Array;
  callLine: Uint32Array;
  callColumn: Uint16Array;
  byteLength: number;
}

/** Collects scopes in the order of their entries. One for all units: it grows to the largest. */
export class ScopeColumns {
  private capacity = 256;
  private entry = new Float64Array(this.capacity);
  private parent = new Int32Array(this.capacity);
  private callFile = new Uint32Array(this.capacity);
  private callLine = new Uint32Array(this.capacity);
  private callColumn = new Uint16Array(this.capacity);
  length = 0;

  push(entry: number, parent: number): number {
    if (this.length === this.capacity) this.grow();
    const scope = this.length++;
    this.entry[scope] = entry;
    this.parent[scope] = parent;
    this.callFile[scope] = 0;
    this.callLine[scope] = 0;
    this.callColumn[scope] = 0;
    return scope;
  }

  setEntry(scope: number, entry: number): void {
    this.entry[scope] = entry;
  }

  setCall(scope: number, file: number, line: number, column: number): void {
    this.callFile[scope] = file;
    this.callLine[scope] = line;
    // As in line tables: what does not fit is unknown.
    this.callColumn[scope] = column > 0xffff ? 0 : column;
  }

  /** Copies of what was collected since the last time. */
  finish(index: SymbolIndex): ScopeTable {
    const { length } = this;
    this.length = 0;
    return {
      index,
      entry: this.entry.slice(0, length),
      parent: this.parent.slice(0, length),
      callFile: this.callFile.slice(0, length),
      callLine: this.callLine.slice(0, length),
      callColumn: this.callColumn.slice(0, length),
      byteLength: length * ROW_BYTES + index.byteLength,
    };
  }

  private grow(): void {
    const { entry, parent, callFile, callLine, callColumn } = this;
    this.capacity *= 2;
    this.entry = new Float64Array(this.capacity);
    this.parent = new Int32Array(this.capacity);
    this.callFile = new Uint32Array(this.capacity);
    this.callLine = new Uint32Array(this.capacity);
    this.callColumn = new Uint16Array(this.capacity);
    this.entry.set(entry);
    this.parent.set(parent);
    this.callFile.set(callFile);
    this.callLine.set(callLine);
    this.callColumn.set(callColumn);
  }
}
