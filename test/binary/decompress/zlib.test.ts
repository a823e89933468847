import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BinaryFormatError } from '../../../src/binary/binary-format-error.ts';
import { MemorySource, readBytes } from '../../../src/binary/byte-source.ts';
import { Output } from '../../../src/binary/decompress/output.ts';
import { SpillFile } from '../../../src/binary/decompress/spill-file.ts';
import { unzlibByPieces, unzlibInMemory } from '../../../src/binary/decompress/zlib.ts';
import { compressibleBytes } from '../../support/compressors.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zlib-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function inMemory(packed: Uint8Array, size: number): Buffer {
  const source = unzlibInMemory(new MemorySource(packed), size, '.test');
  return Buffer.from(readBytes(source, 0, source.size, '.test'));
}

function byPieces(packed: Uint8Array, size: number): Buffer {
  const file = new SpillFile(folder);
  try {
    const out = new Output(size, '.test', file);
    unzlibByPieces(new MemorySource(packed), out, '.test');
    const source = out.finish();
    return Buffer.from(readBytes(source, 0, source.size, '.test'));
  } finally {
    file.close();
  }
}

describe.each([
  ['in memory', inMemory],
  ['by pieces into a file', byPieces],
])('zlib %s', (_, unpack) => {
  it.each([0, 1, 6, 9])('gives back what was packed at level %i', (level) => {
    for (const length of [0, 1, 300, 70_000, 2_500_000]) {
      const bytes = compressibleBytes(length, length + 1);
      expect(unpack(deflateSync(bytes, { level }), length).equals(bytes), `${length} bytes`).toBe(true);
    }
  });

  it('takes neither more nor less than was declared', () => {
    const packed = deflateSync(compressibleBytes(5000, 2));
    expect(() => unpack(packed, 4999)).toThrow(BinaryFormatError);
    expect(() => unpack(packed, 5001)).toThrow(expect.objectContaining({ kind: 'truncated' }));
    expect(() => unpack(deflateSync(new Uint8Array(50_000_000)), 1000)).toThrow(BinaryFormatError);
  });

  it('refuses every truncation, and what is not zlib', () => {
    const packed = deflateSync(compressibleBytes(2000, 3));
    // The last four bytes are a checksum, which not every decoder asks for.
    for (let length = 0; length < packed.length - 4; length++) {
      expect(() => unpack(packed.subarray(0, length), 2000)).toThrow(BinaryFormatError);
    }
    expect(() => unpack(compressibleBytes(100, 4), 100)).toThrow(BinaryFormatError);
  });
});

it('files for what is too large have no name, and take the bytes in the order they come', () => {
  const file = new SpillFile(folder);
  file.append(Uint8Array.of(1, 2));
  file.append(Uint8Array.of(3));
  expect(readdirSync(folder)).toEqual([]);
  file.close();
  file.close(); // as often as one likes
});
