// FilePages: single numbers from anywhere in a file, through a few pages that are kept.
import { readBytes, type ByteSource } from '../byte-source.ts';

const PAGE_BITS = 14;
const PAGE_BYTES = 1 << PAGE_BITS;
/** Look-ups in one function touch about eight places of the table; 512 KiB hold those of some hot functions. */
const MAX_PAGES = 32;

/**
 * Reads by file offset. All throw `BinaryFormatError` for what lies outside the file, also where it became shorter
 * since it was opened.
 */
export class FilePages {
  readonly source: ByteSource;
  private readonly littleEndian: boolean;
  private readonly section: string;
  /** By page number, the least recently used first. */
  private readonly pages = new Map<number, DataView>();
  private page: DataView = new DataView(new ArrayBuffer(0));
  private pageNumber = -1;

  constructor(source: ByteSource, littleEndian: boolean, section: string) {
    this.source = source;
    this.littleEndian = littleEndian;
    this.section = section;
  }

  get byteLength(): number {
    return this.pages.size * PAGE_BYTES;
  }

  u8(offset: number): number {
    const inPage = offset & (PAGE_BYTES - 1);
    const page = this.turnTo(offset);
    if (inPage >= page.byteLength) this.pastTheEnd(offset);
    return page.getUint8(inPage);
  }

  u32(offset: number): number {
    const inPage = offset & (PAGE_BYTES - 1);
    const page = this.turnTo(offset);
    if (inPage + 4 <= page.byteLength) return page.getUint32(inPage, this.littleEndian);
    const bytes = readBytes(this.source, offset, 4, this.section);
    return new DataView(bytes.buffer).getUint32(0, this.littleEndian);
  }

  i32(offset: number): number {
    return this.u32(offset) | 0;
  }

  i16(offset: number): number {
    const [first, second] = [this.u8(offset), this.u8(offset + 1)];
    const value = this.littleEndian ? second * 256 + first : first * 256 + second;
    return (value << 16) >> 16;
  }

  /** A pointer of 4 or 8 bytes; one beyond 2^53 comes out rounded, and leads nowhere. */
  pointer(offset: number, bytes: number): number {
    if (bytes === 4) return this.u32(offset);
    const [first, second] = [this.u32(offset), this.u32(offset + 4)];
    return this.littleEndian ? second * 2 ** 32 + first : first * 2 ** 32 + second;
  }

  private turnTo(offset: number): DataView {
    const number = Math.floor(offset / PAGE_BYTES);
    if (number === this.pageNumber) return this.page;
    let page = this.pages.get(number);
    if (page === undefined) page = this.read(number);
    else this.pages.delete(number);
    this.pages.set(number, page);
    if (this.pages.size > MAX_PAGES) this.pages.delete(this.pages.keys().next().value!);
    this.pageNumber = number;
    this.page = page;
    return page;
  }

  private read(number: number): DataView {
    const start = number * PAGE_BYTES;
    const length = Math.min(PAGE_BYTES, this.source.size - start);
    // Past the end the length is negative: refused there.
    const bytes = readBytes(this.source, start, length, this.section);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  private pastTheEnd(offset: number): never {
    readBytes(this.source, offset, 1, this.section);
    throw new RangeError('unreachable: the read is refused');
  }
}
