// GoStrings: names of functions and files, each read once while it is in use.
import { GO_1_2, NO_OFFSET } from './constants.ts';
import type { GoTable } from './go-table.ts';

/** Strings in use at a time come to some hundred kilobytes; when there are more, all are forgotten and read again. */
const MAX_CACHED_BYTES = 4 << 20;
/** Of a map's entry and a string's head. */
const ENTRY_BYTES = 64;

export class GoStrings {
  private readonly table: GoTable;
  /** Where files are said: since Go 1.16 in the header, before behind the functab. */
  private readonly files: number;
  /** By offset in the table. */
  private readonly strings = new Map<number, string>();
  private bytes = 0;

  /** Throws `BinaryFormatError`, as do the methods. */
  constructor(table: GoTable) {
    const { version, files, functions, functionCount, pointerBytes } = table.header;
    this.table = table;
    this.files = version === GO_1_2 ? table.u32(functions + pointerBytes * (2 * functionCount + 1)) : files;
  }

  get byteLength(): number {
    return this.bytes;
  }

  /** `name`: offset among names. */
  name(name: number): string {
    return this.at(this.table.header.names + name);
  }

  /** '' where the linker left the file out. `unit`: index of the unit's first file, `file`: index in the unit. */
  file(unit: number, file: number): string {
    const { version, units } = this.table.header;
    if (version === GO_1_2) return this.at(this.table.u32(this.files + 4 * file));
    const offset = this.table.u32(units + 4 * (unit + file));
    return offset === NO_OFFSET ? '' : this.at(this.files + offset);
  }

  private at(offset: number): string {
    const known = this.strings.get(offset);
    if (known !== undefined) return known;
    const string = this.table.string(offset);
    this.bytes += string.length + ENTRY_BYTES;
    if (this.bytes > MAX_CACHED_BYTES) {
      this.strings.clear();
      this.bytes = string.length + ENTRY_BYTES;
    }
    this.strings.set(offset, string);
    return string;
  }
}
