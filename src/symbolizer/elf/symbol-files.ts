// SymbolFiles: the source files that a symbol table tells of local functions (gABI, STT_FILE).
import { firstNotBelow } from '../../binary/bisect.ts';

/** Columns, a row for each local function that follows the name of a file: in C++ most functions are not local. */
export class SymbolFiles {
  private readonly starts: Float64Array;
  private readonly names: Uint32Array;

  /** `starts` ascending, each once: ELF virtual addresses of functions. `names`: places among the names of symbols. */
  constructor(starts: Float64Array, names: Uint32Array) {
    this.starts = starts;
    this.names = names;
  }

  get byteLength(): number {
    return this.starts.byteLength + this.names.byteLength;
  }

  /** Place of the file's name, for the function that starts there; -1 where none is told. */
  of(start: number): number {
    const row = firstNotBelow(this.starts, start);
    return this.starts[row] === start ? this.names[row]! : -1;
  }
}
