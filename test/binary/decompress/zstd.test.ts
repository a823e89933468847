import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { BinaryFormatError } from '../../../src/binary/binary-format-error.ts';
import { MemorySource, readBytes } from '../../../src/binary/byte-source.ts';
import { Output } from '../../../src/binary/decompress/output.ts';
import { SpillFile } from '../../../src/binary/decompress/spill-file.ts';
import { unzstd } from '../../../src/binary/decompress/zstd/frames.ts';
import { compressibleBytes, compressWith } from '../../support/compressors.ts';

const folder = mkdtempSync(join(tmpdir(), 'zstd-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

function unpack(packed: Uint8Array, size: number, file: SpillFile | null = null): Uint8Array {
  const out = new Output(size, '.test', file);
  unzstd(new MemorySource(packed), out, '.test');
  const source = out.finish();
  return readBytes(source, 0, source.size, '.test');
}

/** A frame of one segment without checksum (RFC 8878, 3.1.1), its blocks as they are given. */
function frame(size: number, ...blocks: number[][]): Uint8Array {
  return Uint8Array.from([...[0x28, 0xb5, 0x2f, 0xfd], 0xa0, ...little(size, 4), ...blocks.flat()]);
}

/** Last_Block, Block_Type, Block_Size. */
function block(last: boolean, type: number, size: number, ...content: number[]): number[] {
  return [...little((size << 3) | (type << 1) | (last ? 1 : 0), 3), ...content];
}

function little(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) & 255);
}

const refused = (kind: string): unknown => expect.objectContaining({ kind });

describe('zstd', () => {
  it.each([1, 3, 9, 19, '--ultra -22', '--fast=9'])('gives back what zstd at level %s packed', (level) => {
    const flags = typeof level === 'number' ? [`-${level}`] : level.split(' ');
    for (const length of [0, 1, 17, 300, 70_000, 131_072, 1_500_000]) {
      const bytes = compressibleBytes(length, length + 1);
      const packed = compressWith('zstd', bytes, flags);
      expect(Buffer.from(unpack(packed, length)).equals(bytes), `${length} bytes`).toBe(true);
    }
  });

  it('gives back several frames, skippable ones between them', () => {
    const first = compressibleBytes(40_000, 1);
    const second = compressibleBytes(90_000, 2);
    const skippable = [...little(0x184d_2a53, 4), ...little(5, 4), 1, 2, 3, 4, 5];
    const packed = Buffer.concat([
      compressWith('zstd', first),
      Uint8Array.from(skippable),
      compressWith('zstd', second, ['--no-check']),
    ]);
    expect(Buffer.from(unpack(packed, 130_000)).equals(Buffer.concat([first, second]))).toBe(true);
  });

  it('gives the same by way of a file, of which only the window is held', () => {
    const part = compressibleBytes(3_000_000, 3);
    const bytes = Buffer.concat([
      part,
      part.subarray(1_000_000),
      part,
      compressibleBytes(2_000_000, 4),
      part,
    ]);
    const packed = compressWith('zstd', bytes, ['-12', '--long=22']);
    const file = new SpillFile(folder);
    expect(Buffer.from(unpack(packed, bytes.length, file)).equals(bytes)).toBe(true);
    file.close();
  });

  it('reads plain and repeated blocks', () => {
    const packed = frame(9, block(false, 0, 4, 1, 2, 3, 4), block(true, 1, 5, 7));
    expect([...unpack(packed, 9)]).toEqual([1, 2, 3, 4, 7, 7, 7, 7, 7]);
  });

  it('takes not one byte more than was declared, whatever the frame says', () => {
    const packed = compressWith('zstd', compressibleBytes(5000, 5));
    expect(() => unpack(packed, 4999)).toThrow(refused('limit'));
    expect(() => unpack(packed, 5001)).toThrow(refused('truncated'));
    // 128 KiB out of four bytes, a thousand times.
    const blocks = Array.from({ length: 1000 }, (_, i) => block(i === 999, 1, 131_072, 0));
    expect(() => unpack(frame(131_072_000, ...blocks), 200_000)).toThrow(refused('limit'));
  });

  it('ends where a Huffman table takes no bits at all', () => {
    // Weights by an FSE table of a single symbol, whose states need no bits: its stream is never used up.
    const weights = [0xf0, 0x03, 0xff, 0xff, 0x01];
    const compressed = weights.length + 3;
    const literals = [
      0x02 | (1 << 4),
      (compressed << 6) & 0xff,
      compressed >> 2,
      weights.length,
      ...weights,
      1,
      1,
    ];
    const packed = frame(64, block(true, 2, literals.length, ...literals));
    expect(() => unpack(packed, 64)).toThrow(/Huffman weights without an end/);
  });

  it('ends where few bytes order copies of gigabytes', () => {
    // 98,047 sequences, RLE tables for all three codes: each copies 65,539 bytes or more and takes 16 bits.
    const sequences = [0xff, 0xff, 0xff, 0x54, 0, 0, 52, ...new Array<number>(30_000).fill(0xff)];
    const content = [1 << 3, 65, ...sequences];
    const packed = frame(100_000, block(true, 2, content.length, ...content));
    const began = performance.now();
    expect(() => unpack(packed, 100_000)).toThrow(refused('limit'));
    expect(performance.now() - began).toBeLessThan(500);
  });

  it('refuses windows beyond 128 MiB, dictionaries and reserved bits', () => {
    const magic = [0x28, 0xb5, 0x2f, 0xfd];
    const header = (...bytes: number[]): Uint8Array => Uint8Array.from([...magic, ...bytes, 1, 0, 0]);
    expect(() => unpack(header(0x00, 20 << 3), 1)).toThrow(refused('limit'));
    expect(() => unpack(header(0x01, 0, 9), 1)).toThrow(/dictionary 9/);
    expect(() => unpack(header(0x08, 0), 1)).toThrow(/reserved/);
    expect(() => unpack(Uint8Array.of(1, 2, 3, 4, 5), 1)).toThrow(refused('bad-magic'));
  });

  it('refuses every truncation', () => {
    const packed = compressWith('zstd', compressibleBytes(3000, 6), ['--no-check']);
    for (let length = 0; length < packed.length; length++) {
      expect(() => unpack(packed.subarray(0, length), 3000)).toThrow(BinaryFormatError);
    }
  });
});
