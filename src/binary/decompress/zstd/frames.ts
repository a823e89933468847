// Zstandard frames and their blocks (RFC 8878, 3.1).
import type { ByteSource } from '../../byte-source.ts';
import type { Output } from '../output.ts';
import { PieceReader } from '../piece-reader.ts';
import {
  Block_Maximum_Size,
  Compressed_Block,
  Magic_Number,
  Raw_Block,
  RLE_Block,
  Skippable_Magic,
} from './constants.ts';
import { LiteralsDecoder } from './literals.ts';
import { SequenceDecoder } from './sequences.ts';

/** What `zstd --long` uses, and its own decoder's limit; binutils and LLVM write windows of 2 to 8 MiB. */
const MAX_WINDOW_BYTES = 128 << 20;

/**
 * Decompresses all frames of `source`. Checksums of the content are passed over: they would cost as much as the rest,
 * and what is read from a section is checked by its reader anyway. Throws `BinaryFormatError`.
 */
export function unzstd(source: ByteSource, out: Output, section: string): void {
  const reader = new PieceReader(source, section);
  const literals = new LiteralsDecoder(section);
  const sequences = new SequenceDecoder(section);
  while (reader.remaining > 0) {
    const magic = reader.uint(4);
    if (magic - (magic % 16) === Skippable_Magic) {
      reader.skip(reader.uint(4));
      continue;
    }
    if (magic !== Magic_Number) reader.fail('bad-magic', 'not a zstd frame');
    const frame = readFrameHeader(reader);
    out.keepHistory(frame.windowBytes);
    literals.reset();
    sequences.reset();
    readBlocks(reader, frame, literals, sequences, out);
  }
}

interface FrameHeader {
  windowBytes: number;
  checksum: boolean;
}

/** 3.1.1.1. */
function readFrameHeader(reader: PieceReader): FrameHeader {
  const descriptor = reader.u8();
  if ((descriptor & 8) !== 0) reader.fail('bad-value', 'a reserved bit of the frame header is set');
  const singleSegment = (descriptor & 32) !== 0;
  const declared = singleSegment ? 0 : windowSize(reader.u8());
  const dictionary = reader.uint([0, 1, 2, 4][descriptor & 3]!);
  if (dictionary !== 0) reader.fail('bad-value', `it needs dictionary ${dictionary}`);
  const contentBytes = readContentSize(reader, descriptor >> 6, singleSegment);
  const windowBytes = singleSegment ? contentBytes : declared;
  if (windowBytes > MAX_WINDOW_BYTES) {
    reader.fail('limit', `a window of ${windowBytes} bytes, at most ${MAX_WINDOW_BYTES} are kept`);
  }
  return { windowBytes, checksum: (descriptor & 4) !== 0 };
}

/** 3.1.1.1.4. What comes out is counted against what the section declares, not against this. */
function readContentSize(reader: PieceReader, flag: number, singleSegment: boolean): number {
  if (flag === 0) return reader.uint(singleSegment ? 1 : 0);
  if (flag === 1) return reader.uint(2) + 256;
  if (flag === 2) return reader.uint(4);
  const low = reader.uint(4);
  return low + reader.uint(4) * 2 ** 32;
}

/** 3.1.1.1.2: an exponent and eighths. */
function windowSize(byte: number): number {
  const base = 2 ** (10 + (byte >> 3));
  return base + (base / 8) * (byte & 7);
}

/** 3.1.1.2. Every turn takes at least the three bytes of a block's header. */
function readBlocks(
  reader: PieceReader,
  frame: FrameHeader,
  literals: LiteralsDecoder,
  sequences: SequenceDecoder,
  out: Output,
): void {
  for (let last = false; !last;) {
    const header = reader.uint(3);
    last = (header & 1) !== 0;
    const type = (header >> 1) & 3;
    const size = header >> 3;
    if (size > Block_Maximum_Size) reader.fail('bad-value', `a block of ${size} bytes`);
    if (type === Raw_Block) copy(reader, size, out);
    else if (type === RLE_Block) repeat(reader.u8(), size, out);
    else if (type === Compressed_Block) {
      const at = reader.take(size);
      const sequencesAt = literals.read(reader.buffer, at, at + size);
      const limit = out.reserve(Block_Maximum_Size);
      sequences.execute(reader.buffer, sequencesAt, at + size, literals, out, limit);
    } else reader.fail('bad-value', 'a reserved block type');
  }
  if (frame.checksum) reader.skip(4);
}

function copy(reader: PieceReader, size: number, out: Output): void {
  const at = reader.take(size);
  out.append(reader.buffer.subarray(at, at + size));
}

function repeat(byte: number, size: number, out: Output): void {
  const limit = out.reserve(size);
  if (limit - out.at < size) out.overflow();
  out.bytes.fill(byte, out.at, limit);
  out.at = limit;
}
