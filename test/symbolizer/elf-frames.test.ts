import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemorySource } from '../../src/binary/byte-source.ts';
import { ElfFile } from '../../src/binary/elf/elf-file.ts';
import type { CompanionRequest } from '../../src/symbolizer/debug-files/companion-request.ts';
import { ElfFrames } from '../../src/symbolizer/elf-frames.ts';
import { LentSource } from '../../src/symbolizer/lent-source.ts';
import { writeGoElf } from '../support/go-elf-writer.ts';
import { program } from '../support/go-program.ts';
import { GO_TEXT } from '../support/go-writer.ts';
import { fileBytes, FixtureFolder, run, withFd } from '../support/symbolizer-fixtures.ts';

const folder = new FixtureFolder();
afterAll(() => folder.remove());

const SOURCE = `
  static inline __attribute__((always_inline)) int twice(int x) { return x * *(volatile int *)&x; }
  __attribute__((noinline)) static int hidden(int x) { return twice(x) + 1; }
  int shown(int x) { return hidden(x) + 2; }
  int known_here(int x) __asm__("known_to_the_linker");
  int known_here(int x) { return twice(x) - 1; }
`;
let library: string;

beforeAll(() => {
  library = folder.gcc('library.so', SOURCE, ['-O1', '-g', '-shared', '-fPIC', '-nostdlib']);
});

function addressOf(name: string): number {
  const row = run('nm', [library])
    .split('\n')
    .find((line) => line.endsWith(` ${name}`))!;
  return Number.parseInt(row, 16);
}

function framesOf(bytes: Uint8Array, asked: CompanionRequest[] = []): ElfFrames | null {
  const companion = (request: CompanionRequest) => {
    asked.push(request);
    return null;
  };
  return ElfFrames.read(new ElfFile(new MemorySource(bytes)), { path: library, companion });
}

function copy(name: string, ...flags: string[]): Uint8Array {
  const path = join(folder.path, name);
  run('objcopy', [...flags, library, path]);
  return fileBytes(path);
}

describe('frames of an ELF file', () => {
  it('have the name that the linker saw on the outermost function, and DWARF names within', () => {
    const reader = framesOf(fileBytes(library))!;
    const start = addressOf('known_to_the_linker');
    const bytes = Array.from({ length: 16 }, (_, i) => reader.framesAt(start + i) ?? []);
    const frames = bytes.find(({ length }) => length === 2)!;
    expect(frames.map(({ name }) => name)).toEqual(['twice', 'known_to_the_linker']);
    expect(frames.map(({ line }) => line)).toEqual([2, 6]);
  });

  it('are of the symbol table alone where no line is known, with the file that it names', () => {
    const frames = framesOf(copy('no-dwarf.so', '--strip-debug', '--keep-file-symbols'))!;
    const of = (name: string) => frames.framesAt(addressOf(name));
    expect(of('hidden')).toEqual([{ name: 'hidden', file: 'library.so.c', line: 0, column: 0 }]);
    expect(of('shown')).toEqual([{ name: 'shown', file: '', line: 0, column: 0 }]);
  });

  it('are of the symbol table where the unit that covers an address is malformed', () => {
    const bytes = copy(
      'broken.so',
      '--update-section',
      `.debug_info=${folder.write('info', 'x'.repeat(64))}`,
    );
    expect(framesOf(bytes)!.framesAt(addressOf('shown'))).toMatchObject([{ name: 'shown', line: 0 }]);
  });

  it('are null where nothing covers the address, and there are none where nothing names code', () => {
    expect(framesOf(fileBytes(library))!.framesAt(1)).toBeNull();
    const source = 'void _start(void) { for (;;); }';
    const bare = folder.gcc('bare', source, ['-nostdlib', '-static', '-s']);
    expect(framesOf(fileBytes(bare))).toBeNull();
  });

  it("are of Go's own table where there is one, which needs nothing beside it", () => {
    const asked: CompanionRequest[] = [];
    const frames = framesOf(writeGoElf(program('1.20')), asked)!;
    const chain = frames.framesAt(GO_TEXT + 0x20)!;
    expect(chain.map(({ name, file, line }) => `${name} ${file}:${line}`)).toEqual([
      'main.deep c.go:7',
      'main.inner b.go:5',
      'main.outer a.go:10',
    ]);
    expect(asked).toEqual([]);
  });

  it('ask for a debug file only where the file has no DWARF of its own', () => {
    const asked: CompanionRequest[] = [];
    framesOf(fileBytes(library), asked);
    expect(asked.filter(({ kind }) => kind === 'debug-file')).toEqual([]);
    framesOf(copy('asking.so', '--strip-debug', `--add-gnu-debuglink=${library}`), asked);
    expect(asked.filter(({ kind }) => kind === 'debug-file').length).toBe(1);
  });

  it('are found in the debug file of a library that prelink has moved since', () => {
    const linked = (name: string, base: string) => {
      const flags = ['-O1', '-g', '-shared', '-fPIC', '-nostdlib', '-Wl,-e,shown'];
      return folder.gcc(name, SOURCE, [
        ...flags,
        `-Wl,--build-id=0x${'12'.repeat(20)}`,
        `-Wl,-Ttext-segment=${base}`,
      ]);
    };
    const before = linked('before.so', '0');
    const moved = join(folder.path, 'moved-stripped.so');
    run('objcopy', ['--strip-all', linked('moved.so', '0x41000000'), moved]);
    const elf = new ElfFile(new MemorySource(fileBytes(moved)));
    expect(elf.header.entry).toBeGreaterThan(0x4100_0000);
    withFd(before, (fd) => {
      const debugFile = { path: before, source: new LentSource(fd) };
      const companion = ({ kind }: CompanionRequest) => (kind === 'debug-file' ? debugFile : null);
      const frames = ElfFrames.read(elf, { path: moved, companion })!;
      expect(frames.framesAt(elf.header.entry)).toMatchObject([{ name: 'shown', line: 4 }]);
      expect(frames.framesAt(elf.header.entry - 0x4100_0000)).toBeNull();
    });
  });
});
