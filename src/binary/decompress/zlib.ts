// zlib streams (RFC 1950): at once in memory, by Node's own zlib; or piece by piece into a file.
import { Unzlib } from 'fflate';
import { inflateSync } from 'node:zlib';
import { BinaryFormatError } from '../binary-format-error.ts';
import { MemorySource, readBytes, type ByteSource } from '../byte-source.ts';
import type { Output } from './output.ts';

/** Deflate makes at most 1,032 bytes of one: 17 MB come out of such a piece. */
const PIECE_BYTES = 16 * 1024;
/** The least that Node's zlib takes as its buffer. */
const MIN_CHUNK_BYTES = 64;

/** Throws `BinaryFormatError` unless exactly `size` bytes come out. */
export function unzlibInMemory(source: ByteSource, size: number, section: string): ByteSource {
  const packed = readBytes(source, 0, source.size, section);
  let bytes: Buffer;
  try {
    // One buffer of the declared size: else the pieces are joined by copying all of them.
    const chunkSize = Math.max(MIN_CHUNK_BYTES, size);
    bytes = inflateSync(packed, { chunkSize, maxOutputLength: Math.max(1, size) });
  } catch (error) {
    throw new BinaryFormatError('bad-value', section, 0, `zlib: ${messageOf(error)}`, { cause: error });
  }
  if (bytes.length === size) return new MemorySource(bytes);
  const detail = `${bytes.length} bytes come out, ${size} are declared`;
  throw new BinaryFormatError('truncated', section, 0, detail);
}

/** Node has no zlib that is synchronous and works by pieces. Throws `BinaryFormatError`. */
export function unzlibByPieces(source: ByteSource, out: Output, section: string): void {
  const state = { ended: false };
  const stream = new Unzlib((piece, last) => {
    out.append(piece);
    state.ended ||= last;
  });
  for (let at = 0; at < source.size; at += PIECE_BYTES) {
    const piece = readBytes(source, at, Math.min(PIECE_BYTES, source.size - at), section);
    try {
      stream.push(piece, at + piece.length === source.size);
    } catch (error) {
      if (error instanceof BinaryFormatError) throw error;
      throw new BinaryFormatError('bad-value', section, at, `zlib: ${messageOf(error)}`, { cause: error });
    }
  }
  if (!state.ended) throw new BinaryFormatError('truncated', section, source.size, 'zlib: no end');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
