import { describe, expect, it } from 'vitest';
import { BinaryFormatError } from '../../../src/binary/binary-format-error.ts';
import { MemorySource, readBytes } from '../../../src/binary/byte-source.ts';
import { crc64 } from '../../../src/binary/decompress/xz/crc64.ts';
import { unxz } from '../../../src/binary/decompress/xz/container.ts';
import { compressibleBytes, compressWith } from '../../support/compressors.ts';

const MAX_BYTES = 64 << 20;

function unpack(packed: Uint8Array, maxBytes = MAX_BYTES): Buffer {
  const source = unxz(new MemorySource(packed), maxBytes, '.test');
  return Buffer.from(readBytes(source, 0, source.size, '.test'));
}

describe('xz', () => {
  it.each(['-0', '-3', '-6', '-9e'])('gives back what xz %s packed', (level) => {
    for (const length of [0, 1, 2, 300, 70_000, 700_000]) {
      const bytes = compressibleBytes(length, length + 1);
      expect(unpack(compressWith('xz', bytes, [level])).equals(bytes), `${length} bytes`).toBe(true);
    }
  });

  it.each([
    ['lc=4', 'lc=4,lp=0,pb=0'],
    ['lp=4', 'lc=0,lp=4,pb=4'],
    ['lp=2', 'lc=2,lp=2,pb=3,mode=fast'],
    ['a small dictionary', 'dict=4KiB'],
  ])('follows the properties of the coder: %s', (_, options) => {
    const bytes = compressibleBytes(200_000, 8);
    expect(unpack(compressWith('xz', bytes, [`--lzma2=${options}`])).equals(bytes)).toBe(true);
  });

  it.each(['none', 'crc32', 'crc64', 'sha256'])('reads and checks blocks with check %s', (check) => {
    const bytes = compressibleBytes(300_000, 9);
    const packed = compressWith('xz', bytes, [`--check=${check}`, '--block-size=100000']);
    expect(unpack(packed).equals(bytes)).toBe(true);
  });

  it('reads bytes that could not be packed', () => {
    const noise = Buffer.concat(Array.from({ length: 40 }, (_, i) => crc64(Uint8Array.of(i)).slice()));
    expect(unpack(compressWith('xz', noise)).equals(noise)).toBe(true);
  });

  it('has the CRC-64 that the format names', () => {
    expect(Buffer.from(crc64(Buffer.from('123456789'))).readBigUInt64LE()).toBe(0x995d_c9bb_df19_39fan);
  });

  it('refuses more than it may hold before anything is decompressed', () => {
    const packed = compressWith('xz', new Uint8Array(10_000_000));
    expect(packed.length).toBeLessThan(3000);
    expect(() => unpack(packed, 9_999_999)).toThrow(expect.objectContaining({ kind: 'limit' }));
  });

  it('notices every changed bit', () => {
    const packed = compressWith('xz', compressibleBytes(300, 10));
    for (let bit = 0; bit < packed.length * 8; bit++) {
      const changed = packed.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => unpack(changed), `bit ${bit}`).toThrow(BinaryFormatError);
    }
  });

  it('refuses every truncation, and other filters', () => {
    const packed = compressWith('xz', compressibleBytes(2000, 11));
    for (let length = 0; length < packed.length; length++) {
      expect(() => unpack(packed.subarray(0, length))).toThrow(BinaryFormatError);
    }
    const filtered = compressWith('xz', compressibleBytes(2000, 11), ['--x86', '--lzma2']);
    expect(() => unpack(filtered)).toThrow(/filter 4 is not known/);
  });
});
