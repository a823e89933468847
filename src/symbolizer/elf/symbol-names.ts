// SymbolNames: the string tables behind an index, in the file or in memory, as one range of offsets.
import { BinaryFormatError } from '../../binary/binary-format-error.ts';
import { readUntil, type ByteSource } from '../../binary/byte-source.ts';
import { decodeName, MAX_NAME_BYTES } from '../../binary/symbol-name.ts';
import type { FileRange } from './symbol-table.ts';

interface Part extends FileRange {
  /** Null: the file itself, which may have been opened anew since. */
  source: ByteSource | null;
  /** Offset of its first byte among all parts. */
  base: number;
}

/** Offsets are kept in 32 bits. */
const MAX_OFFSETS = 2 ** 32;

export class SymbolNames {
  private readonly parts: Part[] = [];
  private end = 0;

  /** Gives what the offsets of this table's names are raised by. `source` null: the file. */
  add(strings: FileRange, source: ByteSource | null): number {
    const base = this.end;
    this.end += strings.size;
    if (this.end > MAX_OFFSETS) throw new BinaryFormatError('limit', 'string table', 0, `${this.end} bytes`);
    this.parts.push({ offset: strings.offset, size: strings.size, source, base });
    return base;
  }

  /** As the file has it, with the version that GNU ld appends (`memcpy@@GLIBC_2.14`). Throws `BinaryFormatError`. */
  read(at: number, file: ByteSource): string {
    const part = this.parts.findLast(({ base }) => at >= base);
    if (part === undefined) throw new BinaryFormatError('bad-value', 'string table', at, 'no such name');
    const { source, offset, size, base } = part;
    const range = { offset: offset + at - base, limit: offset + size, maxBytes: MAX_NAME_BYTES };
    return decodeName(readUntil(source ?? file, range, 0, 'string table'));
  }
}
