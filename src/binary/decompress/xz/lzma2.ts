// LZMA2: chunks of LZMA and of plain bytes (The .xz File Format 1.2.0, 5.3.1).
import type { Output } from '../output.ts';
import type { PieceReader } from '../piece-reader.ts';
import { LzmaDecoder } from './lzma.ts';
import { RangeDecoder } from './range-decoder.ts';

const END = 0;
const PLAIN_RESET = 1;
const PLAIN = 2;
const LZMA = 0x80;

/** What an LZMA chunk resets, in bits 5 and 6 of its first byte. */
const RESET_STATE = 1;
const NEW_PROPERTIES = 2;
const RESET_DICTIONARY = 3;

/** Reads chunks up to their end mark. Throws `BinaryFormatError`. */
export function unlzma2(reader: PieceReader, out: Output): void {
  const lzma = new LzmaDecoder(reader.section);
  const coder = new RangeDecoder();
  let start = -1;
  for (;;) {
    const control = reader.u8();
    if (control === END) return;
    if (control > PLAIN && control < LZMA) reader.fail('bad-value', `LZMA2 control byte ${control}`);
    const reset = (control >> 5) & 3;
    if (control === PLAIN_RESET || (control >= LZMA && reset === RESET_DICTIONARY)) start = out.at;
    if (start < 0) reader.fail('bad-value', 'LZMA2 begins without a reset of the dictionary');
    if (control < LZMA) {
      plainChunk(reader, out);
      continue;
    }
    const size = ((control & 31) << 16) + bigEndian16(reader) + 1;
    const packed = bigEndian16(reader) + 1;
    if (reset >= NEW_PROPERTIES) lzma.setProperties(reader.u8());
    else if (reset === RESET_STATE) lzma.reset();
    const limit = out.reserve(size);
    if (limit - out.at < size) out.overflow();
    const at = reader.take(packed);
    coder.start(reader.buffer, at, at + packed, reader.section);
    lzma.decode(coder, out, start, limit);
    if (!coder.finished) reader.fail('bad-value', 'an LZMA chunk of another length');
  }
}

function plainChunk(reader: PieceReader, out: Output): void {
  const size = bigEndian16(reader) + 1;
  const at = reader.take(size);
  out.append(reader.buffer.subarray(at, at + size));
}

function bigEndian16(reader: PieceReader): number {
  return reader.u8() * 256 + reader.u8();
}
