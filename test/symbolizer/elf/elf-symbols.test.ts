import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { BinaryFormatError } from '../../../src/binary/binary-format-error.ts';
import { FdSource, MemorySource, type ByteSource } from '../../../src/binary/byte-source.ts';
import { ElfFile } from '../../../src/binary/elf/elf-file.ts';
import { ElfSymbols } from '../../../src/symbolizer/elf/elf-symbols.ts';
import { writeElf, type WrittenSymbol } from '../../support/elf-writer.ts';
import { NaiveCodeSymbols, readelfSections } from '../../support/readelf-oracle.ts';
import { FixtureFolder, run, seededRandom, withFd } from '../../support/symbolizer-fixtures.ts';

const folder = new FixtureFolder();
afterAll(() => folder.remove());

/** Null where nothing covers the address. */
function namesAt(source: ByteSource, addresses: number[]): (string | null)[] {
  const symbols = ElfSymbols.read(new ElfFile(source));
  return addresses.map((address) => symbols?.symbolAt(address)?.name ?? null);
}

function namesInFile(path: string, addresses: number[]): (string | null)[] {
  return withFd(path, (fd) => namesAt(new FdSource(fd), addresses));
}

const C_SOURCE = `
  static int hidden(int x) { return x * 3 + 1; }
  __attribute__((noinline)) int shown(int x) { return hidden(x) + 1; }
  __attribute__((weak, noinline)) int feeble(int x) { return x ^ 5; }
  int strong_alias(int x) __attribute__((alias("feeble")));
  static int local_alias(int x) __attribute__((alias("shown"), used));
  int data_not_code = 5;
  int (*pick(void))(int) { return data_not_code ? shown : feeble; }
  int chosen(int) __attribute__((ifunc("pick")));
  int main(void) { return shown(1) + feeble(2) + chosen(3); }
`;

// sized [0,16) with a label at 4 and a nested function [8,12); unsized up to the next; last up to the section's end.
const ASSEMBLY = `
  .text
  .globl sized, unsized, last, nested
  .type sized, @function
  sized: .skip 4, 0x90
  inner_label: .skip 4, 0x90
  .type nested, @function
  nested: .skip 4, 0x90
  .size nested, . - nested
  .skip 4, 0x90
  .size sized, . - sized
  .skip 8, 0xcc
  unsized: .skip 16, 0x90
  .type last, @function
  last: .skip 32, 0x90
  .data
  not_code: .skip 8
`;

describe('symbols of ELF files', () => {
  const agreesWithReadelf = (path: string, addresses?: number[]): void => {
    const naive = new NaiveCodeSymbols(path);
    const asked = addresses ?? naive.interestingAddresses();
    expect(asked.length).toBeGreaterThan(0);
    expect(namesInFile(path, asked)).toEqual(asked.map((address) => naive.nameAt(address)));
  };

  it('agree with readelf for a program with aliases, weak and indirect functions', () => {
    agreesWithReadelf(folder.gcc('aliases', C_SOURCE, ['-O1']));
  });

  it('agree with readelf for assembly without sizes and with nested functions', () => {
    const path = folder.gcc('assembly', ASSEMBLY, ['-shared', '-nostdlib'], 'S');
    agreesWithReadelf(path);
    const text = readelfSections(path).find((section) => section.name === '.text')!;
    const at = [0, 4, 8, 12, 16, 24, 39, 40, 71, 72].map((offset) => text.address + offset);
    expect(namesInFile(path, at)).toEqual([
      'sized',
      'sized',
      'nested',
      'sized',
      null,
      'unsized',
      'unsized',
      'last',
      'last',
      null,
    ]);
  });

  it('agree with readelf for a stripped shared object, which keeps its dynamic symbols', () => {
    const path = folder.gcc('stripped.so', C_SOURCE, ['-O1', '-shared', '-fPIC', '-s']);
    agreesWithReadelf(path);
  });

  it('agree with readelf for the C library', () => {
    const path = run('gcc', ['-print-file-name=libc.so.6']).trim();
    const naive = new NaiveCodeSymbols(path);
    const random = seededRandom(1);
    const addresses = naive.interestingAddresses();
    agreesWithReadelf(
      path,
      Array.from({ length: 1500 }, () => addresses[random() % addresses.length]!),
    );
  });

  it('agree with readelf for the 100 MB binary of Node', () => {
    const naive = new NaiveCodeSymbols(process.execPath);
    const random = seededRandom(2);
    const addresses = naive.interestingAddresses();
    agreesWithReadelf(
      process.execPath,
      Array.from({ length: 400 }, () => addresses[random() % addresses.length]!),
    );
  });

  it('keep the version that the linker appended', () => {
    const source = `
      int old_version(void) { return 1; } int new_version(void) { return 2; }
      __asm__(".symver old_version, answer@V_1"); __asm__(".symver new_version, answer@@V_2");`;
    const script = folder.write('versions.map', 'V_1 { global: answer; local: *; }; V_2 { } V_1;');
    const flags = ['-shared', '-fPIC', `-Wl,--version-script=${script}`];
    const path = folder.gcc('versions.so', source, flags);
    const addresses = new NaiveCodeSymbols(path).interestingAddresses();
    const names = namesInFile(path, addresses);
    expect(names).toEqual(expect.arrayContaining(['answer@V_1', 'answer@@V_2']));
  });

  it('say the source file of local functions, and none for those that others can link to', () => {
    const hidden = '__attribute__((noinline)) static int NAME(int x) { return x * 7; }';
    const object = (name: string) =>
      folder.gcc(
        `${name}.o`,
        `${hidden.replace('NAME', `in_${name}`)} int ${name}(int x) { return in_${name}(x); }`,
        ['-c', '-O1'],
      );
    const path = join(folder.path, 'two-units.so');
    run('gcc', ['-shared', '-nostdlib', object('first'), object('second'), '-o', path]);
    const filesOf = (symbols: ElfSymbols): Record<string, string> =>
      Object.fromEntries(
        new NaiveCodeSymbols(path)
          .interestingAddresses()
          .map((address) => symbols.symbolAt(address))
          .flatMap((symbol) => (symbol === null ? [] : [[symbol.name, symbol.file]])),
      );
    withFd(path, (fd) =>
      expect(filesOf(ElfSymbols.read(new ElfFile(new FdSource(fd)))!)).toMatchObject({
        in_first: 'first.o.c',
        in_second: 'second.o.c',
        first: '',
        second: '',
      }),
    );
  });

  it('are none for a stripped static program', () => {
    const source = 'void _start(void) { for (;;); }';
    const path = folder.gcc('bare', source, ['-nostdlib', '-static', '-s']);
    withFd(path, (fd) => expect(ElfSymbols.read(new ElfFile(new FdSource(fd)))).toBeNull());
  });

  it('are found through extended section numbers', () => {
    // More than 0xff00 sections: e_shnum, e_shstrndx and the symbol's st_shndx all overflow.
    const sections = Array.from({ length: 65_400 }, (_, i) => `.section .t${i},"ax"\n.byte 0x90\n`);
    const source = `${sections.join('')}.section .final,"ax"\nfar_away: .skip 64\n`;
    const object = folder.gcc('sections.o', source, ['-c'], 'S');
    withFd(object, (fd) => {
      const elf = new ElfFile(new FdSource(fd));
      expect(elf.sections().length).toBe(readelfSections(object).length + 1); // and the null section
      expect(elf.sections().find((s) => s.name === '.final')?.size).toBe(64);
      expect(ElfSymbols.read(elf)!.symbolAt(10)).toEqual({ name: 'far_away', start: 0, file: '' });
    });
  });
});

describe('symbols of ELF files of any class and byte order', () => {
  const text = { address: 0x1000, size: 0x200 };
  const symbol = fc.record({
    name: fc.constantFrom('', 'alpha', 'beta', 'gamma@@V_1'),
    value: fc.integer({ min: 0xff0, max: 0x1210 }),
    size: fc.constantFrom(0, 0, 1, 8, 40),
    binding: fc.constantFrom(0, 1, 2, 3, 10),
    type: fc.constantFrom(0, 1, 2, 10),
    section: fc.constantFrom(0, 1, 1, 1, 2),
  });

  it('are the same in each of the four', () => {
    const addresses = Array.from({ length: 0x240 }, (_, i) => 0xfe0 + i);
    fc.assert(
      fc.property(fc.array(symbol, { maxLength: 12 }), (symbols: WrittenSymbol[]) => {
        const [first, ...others] = [true, false].flatMap((is64) =>
          [true, false].map((littleEndian) => {
            const bytes = writeElf({ is64, littleEndian, symbols, text });
            return namesAt(new MemorySource(bytes), addresses);
          }),
        );
        for (const other of others) expect(other).toEqual(first);
      }),
      { numRuns: 60 },
    );
  });

  it('are read from a 32-bit big-endian file as readelf reads them', () => {
    const symbols: WrittenSymbol[] = [
      { name: 'first', value: 0x1000, size: 16, binding: 1, type: 2, section: 1 },
      { name: 'second', value: 0x1010, size: 0, binding: 0, type: 0, section: 1 },
    ];
    const bytes = writeElf({ is64: false, littleEndian: false, symbols, text, machine: 20 });
    const path = folder.write('big-endian', bytes);
    const naive = new NaiveCodeSymbols(path);
    const addresses = [0xfff, 0x1000, 0x100f, 0x1010, 0x11ff, 0x1200];
    expect(namesInFile(path, addresses)).toEqual([null, 'first', 'first', 'second', 'second', null]);
    expect(addresses.map((address) => naive.nameAt(address))).toEqual(namesInFile(path, addresses));
  });

  it('leave out the marks of ARM instruction sets, and the Thumb bit', () => {
    const symbols: WrittenSymbol[] = [
      { name: 'thumb', value: 0x1001, size: 16, binding: 1, type: 2, section: 1 },
      { name: '$t', value: 0x1008, size: 0, binding: 0, type: 0, section: 1 },
    ];
    const bytes = writeElf({ is64: false, littleEndian: true, symbols, text, machine: 40 });
    expect(namesAt(new MemorySource(bytes), [0x1000, 0x1008, 0x1010])).toEqual(['thumb', 'thumb', null]);
  });

  it("are of the code that PowerPC's function descriptors lead to", () => {
    const symbols: WrittenSymbol[] = [
      { name: 'second', value: 0x8000, size: 16, binding: 1, type: 2, section: 5 },
      { name: 'first', value: 0x8018, size: 8, binding: 1, type: 2, section: 5 },
      { name: 'astray', value: 0x8030, size: 8, binding: 1, type: 2, section: 5 },
      { name: 'beyond', value: 0x8048, size: 8, binding: 1, type: 2, section: 5 },
    ];
    const descriptors = { address: 0x8000, code: [0x1010, 0x1000, 0x3000] };
    const file = { is64: true, littleEndian: false, symbols, text, descriptors };
    const addresses = [0x1000, 0x1007, 0x1010, 0x101f, 0x1020];
    const names = ['first', 'first', 'second', 'second', null];
    expect(namesAt(new MemorySource(writeElf({ ...file, machine: 21 })), addresses)).toEqual(names);
    // Of other machines .opd is a section as any other.
    expect(namesAt(new MemorySource(writeElf(file)), addresses)).toEqual(names.map(() => null));
  });

  it('throw for a symbol table whose strings are not a string table', () => {
    const bytes = writeElf({ is64: true, littleEndian: true, symbols: [], text });
    const linkOfSymtab = bytes.length - 2 * 64 + 40;
    bytes[linkOfSymtab] = 1;
    expect(() => namesAt(new MemorySource(bytes), [0])).toThrow(BinaryFormatError);
  });
});

it('llvm-symbolizer gives the C library the same names, where several symbols stand at one address too', () => {
  const path = run('gcc', ['-print-file-name=libc.so.6']).trim();
  // Without its build id: else a separate debug file is found where one is installed.
  const plain = join(folder.path, 'libc-without-id');
  run('objcopy', ['--remove-section=.note.gnu.build-id', path, plain]);
  const text = readelfSections(plain).find((section) => section.name === '.text')!;
  const random = seededRandom(3);
  const addresses = Array.from({ length: 2000 }, () => text.address + (random() % text.size));
  const input = addresses.map((address) => `0x${address.toString(16)}\n`).join('');
  const args = ['-e', plain, '--no-demangle', '--no-inlines'];
  const lines = execFileSync('llvm-symbolizer-19', args, { input, encoding: 'utf8' }).split('\n');
  const expected = addresses.map((_, i) => (lines[3 * i] === '??' ? null : lines[3 * i]!));
  expect(namesInFile(plain, addresses)).toEqual(expected);
});

it('nm lists the functions that the index has, for a program of many', () => {
  const functions = Array.from({ length: 300 }, (_, i) => `int f${i}(int x) { return x * ${i}; }`);
  const path = folder.gcc('many.so', functions.join('\n'), ['-shared', '-fPIC']);
  const listed = execFileSync('nm', ['--defined-only', path], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const [address, type, name] = line.split(' ');
      return type === 'T' && /^f\d+$/.test(name!) ? [{ address: parseInt(address!, 16), name: name! }] : [];
    });
  expect(listed.length).toBe(300);
  const names = namesInFile(
    path,
    listed.map(({ address }) => address),
  );
  expect(names).toEqual(listed.map(({ name }) => name));
});
