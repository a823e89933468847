// Bytes that a process wrote are not to be trusted: whatever they are, a reader answers or throws BinaryFormatError.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BinaryFormatError } from '../../../src/binary/binary-format-error.ts';
import { MemorySource } from '../../../src/binary/byte-source.ts';
import { ElfFile } from '../../../src/binary/elf/elf-file.ts';
import { ElfSymbols } from '../../../src/symbolizer/elf/elf-symbols.ts';
import { elfLayout } from '../../../src/binary/elf/layout.ts';
import { writeElf } from '../../support/elf-writer.ts';
import { fileBytes, FixtureFolder, mutations } from '../../support/symbolizer-fixtures.ts';

const folder = new FixtureFolder();
let small: Uint8Array;

beforeAll(() => {
  const source = 'int add(int a, int b) { return a + b; } void _start(void) { for (;;) add(1, 2); }';
  const flags = ['-nostdlib', '-static', '-Wl,--build-id', '-Wl,-z,noseparate-code'];
  small = fileBytes(folder.gcc('small', source, flags));
});
afterAll(() => folder.remove());

/** Everything that is read from a file, and whether it was readable. */
function readAll(bytes: Uint8Array): boolean {
  const source = new MemorySource(bytes);
  const readers = [
    () => elfLayout(source),
    () => {
      const symbols = ElfSymbols.read(new ElfFile(source));
      for (let address = 0x400000; address < 0x400400; address += 7) symbols?.symbolAt(address);
    },
  ];
  return readers.map(completes).every((done) => done);
}

function completes(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof BinaryFormatError) return false;
    throw error;
  }
}

describe('ELF readers', () => {
  it('answer or throw BinaryFormatError for every truncation of a file', () => {
    expect(small.length).toBeLessThan(20_000);
    expect(readAll(small)).toBe(true);
    let readable = 0;
    for (let length = 0; length < small.length; length++) if (readAll(small.subarray(0, length))) readable++;
    // The section headers stand at the end: without them there are no symbols.
    expect(readable).toBe(0);
  });

  it('answer or throw BinaryFormatError for mutated files', () => {
    const outcomes = [...mutations(small, 3000, 42)].map(readAll);
    expect(outcomes).toContain(true);
    expect(outcomes).toContain(false);
  });

  it('answer or throw BinaryFormatError for mutated files of other classes and byte orders', () => {
    const symbols = [{ name: 'f', value: 0x400000, size: 8, binding: 1, type: 2, section: 1 }];
    for (const [is64, littleEndian] of [
      [false, true],
      [false, false],
      [true, false],
    ] as const) {
      const bytes = writeElf({ is64, littleEndian, symbols, text: { address: 0x400000, size: 64 } });
      for (const mutated of mutations(bytes, 500, 7)) readAll(mutated);
    }
  });

  it('answer or throw BinaryFormatError for mutated files with function descriptors', () => {
    const symbols = [{ name: 'f', value: 0x8000, size: 8, binding: 1, type: 2, section: 5 }];
    const descriptors = { address: 0x8000, code: [0x400000, 0x400010] };
    const file = { is64: true, littleEndian: false, machine: 21, symbols, descriptors };
    const bytes = writeElf({ ...file, text: { address: 0x400000, size: 64 } });
    expect(readAll(bytes)).toBe(true);
    for (const mutated of mutations(bytes, 1000, 11)) readAll(mutated);
  });

  it('refuse counts beyond the file before anything is allocated for them', () => {
    const bytes = small.slice();
    const view = new DataView(bytes.buffer);
    view.setUint16(0x3c, 0, true); // e_shnum 0: the count stands in section header 0
    const sectionHeaders = Number(view.getBigUint64(0x28, true));
    view.setBigUint64(sectionHeaders + 32, 0xffff_ffffn, true);
    expect(() => new ElfFile(new MemorySource(bytes)).sections()).toThrow(
      expect.objectContaining({ kind: 'limit' }),
    );
    view.setBigUint64(sectionHeaders + 32, 100_000n, true);
    expect(() => new ElfFile(new MemorySource(bytes)).sections()).toThrow(
      expect.objectContaining({ kind: 'truncated' }),
    );
  });

  it('read little of a file that declares very many notes and segments', () => {
    const count = 65_534;
    const bytes = new Uint8Array(64 + 56 * count);
    bytes.set(small.subarray(0, 64));
    const view = new DataView(bytes.buffer);
    view.setBigUint64(0x20, 64n, true); // e_phoff
    view.setBigUint64(0x28, 0n, true); // e_shoff: no sections
    view.setUint16(0x38, count, true); // e_phnum
    for (let i = 0; i < count; i++) {
      const at = 64 + 56 * i;
      view.setUint32(at, i % 2 === 0 ? 4 : 1, true); // PT_NOTE, PT_LOAD
      view.setUint32(at + 4, 5, true);
      view.setBigUint64(at + 32, BigInt(bytes.length), true); // p_filesz: the whole file
    }
    const source = new CountingSource(bytes);
    expect(elfLayout(source).segments.length).toBe(count / 2);
    expect(source.bytesRead).toBeLessThan(4 * bytes.length);
  });
});

class CountingSource extends MemorySource {
  bytesRead = 0;

  override readInto(target: Uint8Array, offset: number, section: string): void {
    this.bytesRead += target.length;
    super.readInto(target, offset, section);
  }
}
