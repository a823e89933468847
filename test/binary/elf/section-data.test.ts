import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BinaryFormatError } from '../../../src/binary/binary-format-error.ts';
import { MemorySource, readBytes } from '../../../src/binary/byte-source.ts';
import { ElfFile } from '../../../src/binary/elf/elf-file.ts';
import { sectionSource, type SectionDataOptions } from '../../../src/binary/elf/section-data.ts';
import { compressibleBytes, compressWith } from '../../support/compressors.ts';
import { openDescriptors } from '../../support/open-descriptors.ts';
import { writePackedElf, type PackedSection } from '../../support/packed-elf-writer.ts';
import { fileBytes, FixtureFolder, run } from '../../support/symbolizer-fixtures.ts';

const folder = new FixtureFolder();
const spills = join(folder.path, 'spills');
beforeAll(() => mkdirSync(spills));
afterAll(() => folder.remove());

function contents(bytes: Uint8Array, name: string, options: SectionDataOptions = {}): Buffer {
  const elf = new ElfFile(new MemorySource(bytes));
  const section = elf.sections().find((each) => each.name === name);
  const source = sectionSource(elf, section!, options);
  try {
    return Buffer.from(readBytes(source, 0, source.size, name));
  } finally {
    source.close();
  }
}

const CLASSES = [true, false].flatMap((is64) =>
  [true, false].map((littleEndian) => ({ is64, littleEndian })),
);

describe('the contents of a section', () => {
  it.each(['zlib-gabi', 'zlib-gnu', 'zstd'])('are the same after objcopy compressed it: %s', (style) => {
    const source = 'int f(int x) { return x + 1; } int main(void) { return f(2); }'.repeat(1);
    const plain = folder.gcc('plain', `#include <stdio.h>\n${source}`, ['-g']);
    const packed = join(folder.path, style);
    run('objcopy', [`--compress-debug-sections=${style}`, plain, packed]);
    const [before, after] = [fileBytes(plain), fileBytes(packed)];
    for (const name of ['.debug_info', '.debug_line', '.debug_str']) {
      const packedName = style === 'zlib-gnu' ? name.replace('.debug', '.zdebug') : name;
      const elf = new ElfFile(new MemorySource(after));
      const found = elf.sections().find((each) => each.name === packedName) ?? { name: `no ${packedName}` };
      // What would not become smaller is left as it is.
      expect(
        contents(after, found.name === packedName ? packedName : name).equals(contents(before, name)),
      ).toBe(true);
    }
  });

  it.each(CLASSES)('are read with headers of every class and byte order: %o', (elfClass) => {
    const bytes = compressibleBytes(50_000, 1);
    const packings: PackedSection[] = [
      { name: '.debug_a', type: 'zlib', packed: deflateSync(bytes), size: bytes.length },
      { name: '.debug_b', type: 'zstd', packed: compressWith('zstd', bytes), size: bytes.length },
      { name: '.zdebug_c', type: 'gnu', packed: deflateSync(bytes), size: bytes.length },
      { name: '.debug_d', type: 'plain', packed: bytes, size: bytes.length },
    ];
    const file = writePackedElf(packings, elfClass);
    for (const { name } of packings) expect(contents(file, name).equals(bytes), name).toBe(true);
  });

  it.each(['zlib', 'zstd'] as const)('go to a file without a name when they are large: %s', (type) => {
    const bytes = compressibleBytes(3_000_000, 2);
    const packed = type === 'zlib' ? deflateSync(bytes) : compressWith('zstd', bytes);
    const elf = new ElfFile(
      new MemorySource(writePackedElf([{ name: '.debug_a', type, packed, size: bytes.length }])),
    );
    const before = openDescriptors();
    const options = { maxMemoryBytes: 1_000_000, spillDirectory: spills };
    const source = sectionSource(elf, elf.sections()[1]!, options);
    expect(source.size).toBe(bytes.length);
    expect(openDescriptors()).toBe(before); // nothing is decompressed until it is read
    expect(
      Buffer.from(readBytes(source, 1_999_000, 2000, '')).equals(bytes.subarray(1_999_000, 2_001_000)),
    ).toBe(true);
    expect(readdirSync(spills)).toEqual([]);
    expect(source.byteLength).toBe(0);
    expect(openDescriptors()).toBe(before + 1);
    source.close();
    expect(openDescriptors()).toBe(before);
    expect(() => readBytes(source, 0, 1, '')).toThrow(BinaryFormatError);
  });

  it('are counted as memory once they were read', () => {
    const bytes = compressibleBytes(100_000, 3);
    const file = writePackedElf([
      { name: '.debug_a', type: 'zlib', packed: deflateSync(bytes), size: bytes.length },
    ]);
    const elf = new ElfFile(new MemorySource(file));
    const source = sectionSource(elf, elf.sections()[1]!);
    expect(source.byteLength).toBe(0);
    readBytes(source, 0, 1, '');
    expect(source.byteLength).toBe(bytes.length);
    source.close();
    expect(source.byteLength).toBe(0);
  });

  it('are refused where more is declared than could come out', () => {
    const bomb = (size: number): Uint8Array =>
      writePackedElf([
        { name: '.debug_a', type: 'zstd', packed: compressWith('zstd', new Uint8Array(1000)), size },
      ]);
    expect(() => contents(bomb(2 ** 40), '.debug_a')).toThrow(expect.objectContaining({ kind: 'limit' }));
    expect(() => contents(bomb(3_000_000), '.debug_a')).toThrow(expect.objectContaining({ kind: 'limit' }));
    expect(() => contents(bomb(999), '.debug_a')).toThrow(expect.objectContaining({ kind: 'limit' }));
    expect(() => contents(bomb(1001), '.debug_a')).toThrow(expect.objectContaining({ kind: 'truncated' }));
    expect(() => contents(bomb(1000), '.debug_a', { maxBytes: 999 })).toThrow(
      expect.objectContaining({ kind: 'limit' }),
    );
  });

  it('that failed to decompress fail again at once, and leave no descriptor open', () => {
    const packed = compressWith('zstd', compressibleBytes(2_000_000, 4)).slice();
    packed.fill(0xff, packed.length - 1000);
    const file = writePackedElf([{ name: '.debug_a', type: 'zstd', packed, size: 2_000_000 }]);
    const elf = new ElfFile(new MemorySource(file));
    const before = openDescriptors();
    const source = sectionSource(elf, elf.sections()[1]!, { maxMemoryBytes: 1, spillDirectory: spills });
    const errors = [1, 2].map(() => {
      try {
        return readBytes(source, 0, 1, '');
      } catch (error) {
        return error;
      }
    });
    expect(errors[0]).toBeInstanceOf(BinaryFormatError);
    expect(errors[1]).toBe(errors[0]);
    expect(openDescriptors()).toBe(before);
  });

  it('refuse compressions that are not known, and .zdebug sections without their mark', () => {
    const section = { name: '.debug_a', packed: new Uint8Array(10), size: 10 };
    expect(() => contents(writePackedElf([{ ...section, type: 'unknown' }]), '.debug_a')).toThrow(
      /compression 99/,
    );
    const unmarked = { name: '.zdebug_a', type: 'plain', packed: new Uint8Array(20), size: 10 } as const;
    expect(() => contents(writePackedElf([unmarked]), '.zdebug_a')).toThrow(/ZLIB/);
  });
});
