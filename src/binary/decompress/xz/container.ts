// .xz files: one stream of blocks with an index behind them (The .xz File Format 1.2.0, 2 to 4).
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { BinaryFormatError } from '../../binary-format-error.ts';
import { readCursor, type ByteSource } from '../../byte-source.ts';
import { Cursor } from '../../cursor.ts';
import { Output } from '../output.ts';
import { PieceReader } from '../piece-reader.ts';
import { crc64 } from './crc64.ts';
import { unlzma2 } from './lzma2.ts';

const HEADER_BYTES = 12;
const FOOTER_BYTES = 12;
const HEADER_MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00];
const FOOTER_MAGIC = 0x5a59; // "YZ", little endian
const FILTER_LZMA2 = 0x21;
/** 2.1.1.2: bytes of the check by its id; what is not listed is reserved for others. */
const CHECK_BYTES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];
/** `xz -T` makes one block of 24 MB and more. */
const MAX_BLOCKS = 65_536;
const MAX_INDEX_BYTES = 1 << 20;

/**
 * Decompresses one stream whose blocks use LZMA2 alone, which is what `xz` writes and .gnu_debugdata holds. The index
 * says before anything is decompressed how much comes out. Throws `BinaryFormatError`.
 */
export function unxz(source: ByteSource, maxBytes: number, section: string): ByteSource {
  const checkId = readStreamHeader(source, section);
  const index = readIndex(source, checkId, section);
  const size = index.blocks.reduce((sum, block) => sum + block.size, 0);
  if (size > maxBytes) {
    throw new BinaryFormatError('limit', section, 0, `${size} bytes come out, at most ${maxBytes} are read`);
  }
  const out = new Output(size, section);
  const reader = new PieceReader(source, section);
  reader.skip(HEADER_BYTES);
  for (const block of index.blocks) readBlock(reader, out, block, checkId);
  if (reader.position !== index.offset) reader.fail('bad-value', 'bytes that belong to no block');
  return out.finish();
}

interface Block {
  /** Unpadded Size: header, compressed data and check. */
  unpadded: number;
  /** Bytes that come out. */
  size: number;
}

interface Index {
  /** Where it begins in the file. */
  offset: number;
  blocks: Block[];
}

/** Gives the id of the check behind each block. */
function readStreamHeader(source: ByteSource, section: string): number {
  const header = readCursor(source, 0, HEADER_BYTES, section, true);
  for (const byte of HEADER_MAGIC) if (header.u8() !== byte) header.fail('bad-magic', 'not an xz file');
  const flags = header.bytes(2);
  if (header.u32() !== crc32(flags)) header.fail('bad-value', 'the check of the stream header is wrong');
  if (flags[0] !== 0 || flags[1]! > 15) header.fail('bad-value', 'unknown stream flags');
  return flags[1]!;
}

/** 2.1.2 and 4. */
function readIndex(source: ByteSource, checkId: number, section: string): Index {
  const footer = readCursor(source, source.size - FOOTER_BYTES, FOOTER_BYTES, section, true);
  const stored = footer.u32();
  const fields = footer.bytes(6);
  if (stored !== crc32(fields)) footer.fail('bad-value', 'the check of the stream footer is wrong');
  if (footer.u16() !== FOOTER_MAGIC || fields[4] !== 0 || fields[5] !== checkId) {
    footer.fail('bad-value', 'the stream footer does not fit its header');
  }
  const bytes = (new Cursor(fields, section).u32() + 1) * 4;
  if (bytes > MAX_INDEX_BYTES) footer.fail('limit', `an index of ${bytes} bytes`);
  const offset = source.size - FOOTER_BYTES - bytes;
  return { offset, blocks: readRecords(readCursor(source, offset, bytes, section, true), bytes) };
}

function readRecords(index: Cursor, bytes: number): Block[] {
  const checked = new Uint8Array(index.view.buffer, index.view.byteOffset, bytes - 4);
  if (index.u8() !== 0) index.fail('bad-value', 'no index before the footer');
  const count = index.uleb();
  if (count > MAX_BLOCKS || count > index.remaining) index.fail('limit', `${count} blocks`);
  const blocks: Block[] = [];
  for (let i = 0; i < count; i++) blocks.push({ unpadded: index.uleb(), size: index.uleb() });
  if (index.remaining < 4 || index.remaining > 7) index.fail('bad-value', 'an index of another length');
  index.seek(bytes - 4);
  if (index.u32() !== crc32(checked)) index.fail('bad-value', 'the check of the index is wrong');
  return blocks;
}

function readBlock(reader: PieceReader, out: Output, block: Block, checkId: number): void {
  const start = reader.position;
  const at = out.at;
  readBlockHeader(reader);
  unlzma2(reader, out);
  const checkBytes = CHECK_BYTES[checkId]!;
  if (out.at - at !== block.size || reader.position - start + checkBytes !== block.unpadded) {
    reader.fail('bad-value', 'a block of another length than its index has');
  }
  // A block's header takes a multiple of 4 bytes.
  while ((reader.position - start) % 4 !== 0) {
    if (reader.u8() !== 0) reader.fail('bad-value', 'padding that is not zero');
  }
  const check = reader.take(checkBytes);
  const expected = checkOf(checkId, out.bytes.subarray(at, out.at));
  if (expected !== null && !expected.equals(reader.buffer.subarray(check, check + checkBytes))) {
    reader.fail('bad-value', 'the check of a block is wrong');
  }
}

/** 3.1: the filters must be LZMA2 alone. Its dictionary size does not matter: the output is its own dictionary. */
function readBlockHeader(reader: PieceReader): void {
  const bytes = (reader.u8() + 1) * 4;
  if (bytes === 4) reader.fail('bad-value', 'fewer blocks than the index has');
  const at = reader.take(bytes - 1);
  const header = new Cursor(reader.buffer.slice(at, at + bytes - 1), reader.section);
  const checked = Buffer.concat([Uint8Array.of(bytes / 4 - 1), header.bytes(bytes - 5)]);
  if (header.u32() !== crc32(checked)) header.fail('bad-value', 'the check of a block header is wrong');
  header.seek(0);
  const flags = header.u8();
  if ((flags & 0x40) !== 0) header.uleb();
  if ((flags & 0x80) !== 0) header.uleb();
  const filter = header.uleb();
  if ((flags & 3) !== 0 || filter !== FILTER_LZMA2) header.fail('bad-value', `filter ${filter} is not known`);
}

/** Null for checks that are not verified: none, and those that no file has. */
function checkOf(id: number, bytes: Uint8Array): Buffer | null {
  if (id === 1) {
    const check = Buffer.alloc(4);
    check.writeUInt32LE(crc32(bytes));
    return check;
  }
  if (id === 4) return Buffer.from(crc64(bytes));
  return id === 10 ? createHash('sha256').update(bytes).digest() : null;
}
