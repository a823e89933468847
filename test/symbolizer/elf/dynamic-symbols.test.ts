// Files without section headers: what `sstrip` leaves, and what the dynamic linker still finds.
import { afterAll, describe, expect, it } from 'vitest';
import { BinaryFormatError } from '../../../src/binary/binary-format-error.ts';
import { MemorySource } from '../../../src/binary/byte-source.ts';
import { ElfFile } from '../../../src/binary/elf/elf-file.ts';
import { ElfSymbols } from '../../../src/symbolizer/elf/elf-symbols.ts';
import { writeDynamicElf } from '../../support/dynamic-elf-writer.ts';
import { NaiveCodeSymbols } from '../../support/readelf-oracle.ts';
import { fileBytes, FixtureFolder } from '../../support/symbolizer-fixtures.ts';

const folder = new FixtureFolder();
afterAll(() => folder.remove());

const FUNCTIONS = Array.from(
  { length: 200 },
  (_, i) => `int function_${i}(int x) { return x * ${i} + 1; }`,
).join('\n');

/** e_shoff, e_shnum and e_shstrndx of an ELF64 header. */
function withoutSections(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  copy.fill(0, 0x28, 0x30);
  copy.fill(0, 0x3c, 0x40);
  return copy;
}

function namesIn(bytes: Uint8Array, addresses: readonly number[]): (string | null)[] {
  const symbols = ElfSymbols.read(new ElfFile(new MemorySource(bytes)));
  return addresses.map((address) => symbols?.symbolAt(address)?.name ?? null);
}

describe('a file without section headers', () => {
  it.each(['gnu', 'sysv', 'both'])(
    'has the names that its dynamic symbols give, counted by hash style %s',
    (style) => {
      const flags = ['-shared', '-fPIC', '-s', `-Wl,--hash-style=${style}`];
      const path = folder.gcc(`${style}.so`, FUNCTIONS, flags);
      const bytes = fileBytes(path);
      const addresses = new NaiveCodeSymbols(path).interestingAddresses();
      const names = namesIn(bytes, addresses);
      expect(names).toContain('function_199');
      expect(namesIn(withoutSections(bytes), addresses)).toEqual(names);
    },
  );

  it.each([true, false].flatMap((is64) => [true, false].map((littleEndian) => ({ is64, littleEndian }))))(
    'is read in every class and byte order: %o',
    (elfClass) => {
      const bytes = writeDynamicElf({ ...elfClass, functions: ['first', 'second', 'third'] });
      const addresses = [0xfff, 0x1000, 0x100f, 0x1010, 0x1020, 0x102f, 0x1030];
      const names = [null, 'first', 'first', 'second', 'third', 'third', null];
      expect(namesIn(bytes, addresses)).toEqual(names);
    },
  );

  it('has no names where it is static', () => {
    const path = folder.gcc('static', 'void _start(void) { for (;;); }', ['-nostdlib', '-static', '-s']);
    expect(ElfSymbols.read(new ElfFile(new MemorySource(withoutSections(fileBytes(path)))))).toBeNull();
  });

  it('answers or throws BinaryFormatError for every value of every byte of its dynamic segment', () => {
    const bytes = writeDynamicElf({ is64: false, littleEndian: true, functions: ['first', 'second'] });
    let thrown = 0;
    for (let at = 52; at < bytes.length; at++) {
      for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
        const changed = bytes.slice();
        changed[at] = value;
        try {
          namesIn(changed, [0x1000, 0x1010]);
        } catch (error) {
          expect(error).toBeInstanceOf(BinaryFormatError);
          thrown++;
        }
      }
    }
    expect(thrown).toBeGreaterThan(50);
  });
});
