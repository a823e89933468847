// The literals section of a compressed block (RFC 8878, 3.1.1.3.1).
import { BinaryFormatError } from '../../binary-format-error.ts';
import { BackwardBits } from './backward-bits.ts';
import {
  Block_Maximum_Size,
  Compressed_Literals_Block,
  Raw_Literals_Block,
  RLE_Literals_Block,
} from './constants.ts';
import { decodeHuffman, readHuffmanTable, type HuffmanTable } from './huffman.ts';

interface LiteralsHeader {
  type: number;
  /** Bytes that come out, and that the streams with their table take. */
  regenerated: number;
  compressed: number;
  streams: 1 | 4;
  bytes: number;
}

/** Literals of one block after the other, with the Huffman table that a block may take over from the one before. */
export class LiteralsDecoder {
  readonly bytes = new Uint8Array(Block_Maximum_Size);
  length = 0;
  private table: HuffmanTable | null = null;
  private readonly section: string;

  constructor(section: string) {
    this.section = section;
  }

  /** At the beginning of a frame nothing holds of the one before. */
  reset(): void {
    this.table = null;
  }

  /** Fills `bytes[0, length)` from the section at `block[at]`; gives where it ends. */
  read(block: Uint8Array, at: number, end: number): number {
    const header = readHeader(block, at, end);
    if (header === null || header.regenerated > Block_Maximum_Size) throw this.error('a bad literals header');
    this.length = header.regenerated;
    const from = at + header.bytes;
    const until = from + header.compressed;
    if (until > end) throw this.error('literals that are cut off');
    if (header.type === Raw_Literals_Block) this.bytes.set(block.subarray(from, until));
    else if (header.type === RLE_Literals_Block) this.bytes.fill(block[from]!, 0, this.length);
    else this.readHuffman(block, from, until, header);
    return until;
  }

  private readHuffman(block: Uint8Array, from: number, until: number, header: LiteralsHeader): void {
    let at = from;
    if (header.type === Compressed_Literals_Block) {
      const read = readHuffmanTable(block, from, until, this.section);
      this.table = read.table;
      at = read.end;
    }
    const { table } = this;
    if (table === null) throw this.error('literals without a Huffman table');
    if (header.streams === 1) this.decode(table, block, at, until, 0, this.length);
    else this.readFourStreams(table, block, at, until);
  }

  /** 3.1.1.3.1.6: the sizes of three of four streams, then the streams; each but the last gives a quarter. */
  private readFourStreams(table: HuffmanTable, block: Uint8Array, at: number, until: number): void {
    if (until - at < 6) throw this.error('literals without a jump table');
    const quarter = (this.length + 3) >> 2;
    let from = at + 6;
    for (let i = 0; i < 4; i++) {
      const size = i < 3 ? block[at + 2 * i]! + (block[at + 2 * i + 1]! << 8) : until - from;
      const [first, last] = [i * quarter, i < 3 ? (i + 1) * quarter : this.length];
      if (size < 1 || from + size > until || first > last || last > this.length) {
        throw this.error('a bad jump table');
      }
      this.decode(table, block, from, from + size, first, last);
      from += size;
    }
  }

  private decode(
    table: HuffmanTable,
    block: Uint8Array,
    from: number,
    until: number,
    first: number,
    last: number,
  ): void {
    const stream = new BackwardBits(block, from, until, this.section);
    decodeHuffman(table, stream, this.bytes, first, last, this.section);
  }

  private error(detail: string): BinaryFormatError {
    return new BinaryFormatError('bad-value', this.section, 0, detail);
  }
}

/** 3.1.1.3.1.1. Null where it is cut off. Reads up to 4 bytes behind `end`, which count for nothing. */
function readHeader(block: Uint8Array, at: number, end: number): LiteralsHeader | null {
  if (at >= end) return null;
  const type = block[at]! & 3;
  const format = (block[at]! >> 2) & 3;
  const word = block[at]! + block[at + 1]! * 2 ** 8 + block[at + 2]! * 2 ** 16 + block[at + 3]! * 2 ** 24;
  if (type === Raw_Literals_Block || type === RLE_Literals_Block) {
    const bytes = [1, 2, 1, 3][format]!;
    if (at + bytes > end) return null;
    const regenerated = bytes === 1 ? block[at]! >> 3 : (word >>> 4) & (bytes === 2 ? 0xfff : 0xf_ffff);
    return {
      type,
      regenerated,
      compressed: type === RLE_Literals_Block ? 1 : regenerated,
      streams: 1,
      bytes,
    };
  }
  const bytes = [3, 3, 4, 5][format]!;
  if (at + bytes > end) return null;
  const sizeBits = [10, 10, 14, 18][format]!;
  const value = Math.floor((word + block[at + 4]! * 2 ** 32) / 16);
  const regenerated = value % 2 ** sizeBits;
  const compressed = Math.floor(value / 2 ** sizeBits) % 2 ** sizeBits;
  return { type, regenerated, compressed, streams: format === 0 ? 1 : 4, bytes };
}
