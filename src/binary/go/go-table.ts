// GoTable: where a Go function table lies in a file, and how its numbers and strings are read.
import { BinaryFormatError } from '../binary-format-error.ts';
import { readBytes, readUntil, type ByteSource } from '../byte-source.ts';
import { Cursor } from '../cursor.ts';
import type { ElfFile } from '../elf/elf-file.ts';
import { decodeName, MAX_NAME_BYTES } from '../symbol-name.ts';
import { FilePages } from './file-pages.ts';
import { PC_HEADER_BYTES, readPcHeader, type PcHeader } from './pc-header.ts';

export const SECTION = '.gopclntab';

/** Bytes of a file that hold a table, or at least begin with one. */
export interface TableRange {
  /** Bytes from the start of the file. */
  offset: number;
  size: number;
  /** ELF virtual address of the first byte. */
  address: number;
}

export class GoTable {
  readonly range: TableRange;
  readonly header: PcHeader;
  readonly pages: FilePages;
  readonly littleEndian: boolean;

  /** Throws `BinaryFormatError` where there is no table. */
  constructor(elf: ElfFile, range: TableRange) {
    const { source, header } = elf;
    this.range = range;
    this.littleEndian = header.littleEndian;
    this.header = headerAt(source, range, header.littleEndian);
    if (this.header.pointerBytes !== (header.is64 ? 8 : 4)) {
      this.fail('bad-value', 0, `pointers of ${this.header.pointerBytes} bytes`);
    }
    this.pages = new FilePages(source, header.littleEndian, SECTION);
  }

  /** File offset of `bytes` bytes at a place of the table; throws `BinaryFormatError` where it ends before them. */
  place(offset: number, bytes: number): number {
    if (!(offset >= 0 && offset + bytes <= this.range.size)) {
      this.fail('truncated', offset, `${bytes} bytes wanted of a table of ${this.range.size}`);
    }
    return this.range.offset + offset;
  }

  u8(offset: number): number {
    return this.pages.u8(this.place(offset, 1));
  }

  u32(offset: number): number {
    return this.pages.u32(this.place(offset, 4));
  }

  /** A string that ends with a zero byte. */
  string(offset: number): string {
    const place = this.place(offset, 1);
    const limit = this.range.offset + this.range.size;
    return decodeName(
      readUntil(this.pages.source, { offset: place, limit, maxBytes: MAX_NAME_BYTES }, 0, SECTION),
    );
  }

  fail(kind: BinaryFormatError['kind'], offset: number, detail: string): never {
    throw new BinaryFormatError(kind, SECTION, offset, detail);
  }
}

function headerAt(source: ByteSource, range: TableRange, littleEndian: boolean): PcHeader {
  const bytes = readBytes(source, range.offset, Math.min(range.size, PC_HEADER_BYTES), SECTION);
  return readPcHeader(new Cursor(bytes, SECTION, littleEndian));
}
