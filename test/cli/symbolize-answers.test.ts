import { basename } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AddressAnswers, type AnswerFormat } from '../../src/cli/symbolize-answers.ts';
import { OpenFiles } from '../../src/cli/symbolize-files.ts';
import { Demangler } from '../../src/symbolizer/demangle/demangler.ts';
import { FileSymbolizer } from '../../src/symbolizer/file-symbolizer.ts';
import { FixtureFolder, run } from '../support/symbolizer-fixtures.ts';

const folder = new FixtureFolder();
const SOURCE = `
  static inline __attribute__((always_inline)) int twice(int x) { return x * *(volatile int *)&x; }
  int mangled(int x) __asm__("_ZN5space7mangledEi");
  int mangled(int x) { return twice(x) - 1; }
`;
let library: string;
let address: string;
const files = new OpenFiles(null);

beforeAll(async () => {
  library = folder.gcc('library.so', SOURCE, ['-O1', '-g', '-shared', '-fPIC', '-nostdlib']);
  const row = run('nm', [library])
    .split('\n')
    .find((line) => line.endsWith(' _ZN5space7mangledEi'))!;
  const file = new FileSymbolizer(library, null);
  let inlined = Number.parseInt(row, 16);
  while ((await file.at(inlined)).frames.length === 1) inlined++;
  file.close();
  address = `0x${inlined.toString(16)}`;
});
afterEach(() => files.close());
afterAll(() => folder.remove());

const demangler = new Demangler(1 << 20);
const answer = (format: AnswerFormat, line: string, path?: string) =>
  new AddressAnswers(files, format, (name) =>
    format === 'demangled' ? demangler.demangle(name) : name,
  ).answer(line, path);
const asked = async (line: string, path?: string) =>
  JSON.parse(await answer('json', line, path)) as { addr: string; frames: unknown[]; reason?: string };

describe('answers to addresses', () => {
  it('are function and place of every frame, innermost first, and an empty line', async () => {
    const lines = (await answer('demangled', address, library)).split('\n');
    expect(lines.map((line) => basename(line).replace(/\d+$/, 'N'))).toEqual([
      'twice',
      'library.so.c:2:N',
      'space::mangled(int)',
      'library.so.c:4:N',
      '',
      '',
    ]);
  });

  it('have linkage names where that is asked for', async () => {
    expect((await answer('linkage', address, library)).split('\n')[2]).toBe('_ZN5space7mangledEi');
  });

  it('are one line of JSON with linkage names', async () => {
    const text = await answer('json', address, library);
    expect(text.indexOf('\n')).toBe(text.length - 1);
    const { addr, frames } = JSON.parse(text) as { addr: string; frames: [string, string, number, number][] };
    expect(addr).toBe(address);
    expect(frames.map(([name, file, line]) => [name, basename(file), line])).toEqual([
      ['twice', 'library.so.c', 2],
      ['_ZN5space7mangledEi', 'library.so.c', 4],
    ]);
  });

  it('are question marks where nothing is known, and the reason in JSON', async () => {
    expect(await answer('demangled', '0x1', library)).toBe('??\n??:0:0\n\n');
    expect(await asked('0x1', library)).toEqual({ addr: '0x1', frames: [], reason: 'not-covered' });
  });

  it('take addresses as tools write them', async () => {
    const digits = address.slice(2);
    for (const text of [digits, `0x${digits}`, `0X${digits.toUpperCase()}`, `0x0000000000${digits}`]) {
      expect((await asked(text, library)).addr).toBe(address);
    }
  });

  it.each(['', 'main', '0x', '12g', '-1', '0x1.8', '0xffffffffffffffff', '1 2'])(
    'say of "%s" that it is no address, and go on',
    async (text) => {
      expect(await asked(text, library)).toMatchObject({ frames: [], reason: 'not-an-address' });
      expect(await answer('demangled', text, library)).toBe('??\n??:0:0\n\n');
    },
  );

  it('are of the file that each line names where none was named before, also with blanks in its path', async () => {
    const spaced = folder.gcc('a library.so', SOURCE, ['-O1', '-g', '-shared', '-nostdlib', '-fPIC']);
    for (const path of [library, spaced, library]) {
      expect((await asked(`${path} ${address}`)).frames.length).toBe(2);
    }
  });

  it('say of lines without a file, or with one that cannot be read, why there is nothing', async () => {
    const text = folder.write('text', 'no ELF file, but long enough to have a header. '.repeat(4));
    expect(await asked(address)).toMatchObject({ frames: [], reason: 'no-file' });
    expect(await asked(`${folder.path}/none ${address}`)).toMatchObject({ frames: [], reason: 'no-file' });
    expect(await asked(`${folder.path} ${address}`)).toMatchObject({ frames: [], reason: 'no-file' });
    expect(await asked(`${text} ${address}`)).toMatchObject({ frames: [], reason: 'bad-format' });
  });
});
