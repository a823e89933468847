import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FdSource } from '../../../src/binary/byte-source.ts';
import { ElfFile } from '../../../src/binary/elf/elf-file.ts';
import { ElfSymbols } from '../../../src/symbolizer/elf/elf-symbols.ts';
import { compressWith } from '../../support/compressors.ts';
import { NaiveCodeSymbols } from '../../support/readelf-oracle.ts';
import { fileBytes, FixtureFolder, run, withFd } from '../../support/symbolizer-fixtures.ts';

const SOURCE = `
  static __attribute__((noinline)) int hidden_one(int x) { return x * 3 + 1; }
  static __attribute__((noinline)) int hidden_two(int x) { return x * 5 + hidden_one(x); }
  int exported_one(int x) { return hidden_one(x) + hidden_two(x); }
  int exported_two(int x) { return x - exported_one(x); }
`;

const folder = new FixtureFolder();
let full: string;
let stripped: string;
afterAll(() => folder.remove());

beforeAll(() => {
  full = folder.gcc('full.so', SOURCE, ['-O1', '-g', '-shared', '-fPIC']);
  stripped = withMiniDebugInfo(full);
});

/** As gdb's manual makes it, and rpm's find-debuginfo: the functions that .dynsym does not have. */
function withMiniDebugInfo(path: string): string {
  const names = (args: string[]): string[] =>
    run('nm', [...args, '--defined-only', '--format=posix', path])
      .split('\n')
      .filter((line) => / [Tt] /.test(line))
      .map((line) => line.split(' ')[0]!);
  const dynamic = new Set(names(['-D']));
  const kept = folder.write(
    'kept',
    names([])
      .filter((name) => !dynamic.has(name))
      .join('\n'),
  );
  const [debug, mini, out] = ['debug', 'mini', 'mini.so'].map((name) => join(folder.path, name)) as [
    string,
    string,
    string,
  ];
  run('objcopy', ['--only-keep-debug', path, debug]);
  run('objcopy', ['-S', '--remove-section=.comment', `--keep-symbols=${kept}`, debug, mini]);
  writeFileSync(`${mini}.xz`, compressWith('xz', fileBytes(mini)));
  run('strip', [path, '-o', out]);
  run('objcopy', [`--add-section=.gnu_debugdata=${mini}.xz`, out]);
  return out;
}

function read(path: string, addresses: readonly number[]): { names: (string | null)[]; problem: unknown } {
  return withFd(path, (fd) => {
    const symbols = ElfSymbols.read(new ElfFile(new FdSource(fd)))!;
    return {
      names: addresses.map((address) => symbols.symbolAt(address)?.name ?? null),
      problem: symbols.miniProblem,
    };
  });
}

describe('.gnu_debugdata', () => {
  it('gives a stripped library the functions that it had, together with .dynsym', () => {
    const addresses = new NaiveCodeSymbols(full).interestingAddresses();
    const before = read(full, addresses).names;
    const { names, problem } = read(stripped, addresses);
    expect(problem).toBeNull();
    expect(names).toContain('hidden_one');
    expect(names).toContain('exported_two');
    expect(names).toEqual(before);
  });

  it('costs its own names alone where it is malformed, and tells why', () => {
    const bytes = fileBytes(stripped);
    const at = Buffer.from(bytes).indexOf(Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]));
    bytes[at + 30]! ^= 0xff;
    const path = folder.write('broken.so', bytes);
    const addresses = new NaiveCodeSymbols(path).interestingAddresses();
    const { names, problem } = read(path, addresses);
    expect(problem).toMatchObject({ name: 'BinaryFormatError', section: '.gnu_debugdata' });
    expect(names).toContain('exported_one');
    expect(names).not.toContain('hidden_one');
  });

  it('is counted as memory, and not read where .symtab has the names', () => {
    withFd(stripped, (fd) => {
      expect(ElfSymbols.read(new ElfFile(new FdSource(fd)))!.byteLength).toBeGreaterThan(1000);
    });
    withFd(full, (fd) => {
      expect(ElfSymbols.read(new ElfFile(new FdSource(fd)))!.byteLength).toBeLessThan(1000);
    });
  });
});
