import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandFailure } from '../../src/cli/failure.ts';
import { OpenFiles } from '../../src/cli/symbolize-files.ts';
import { FileSymbolizer } from '../../src/symbolizer/file-symbolizer.ts';
import { openDescriptors } from '../support/open-descriptors.ts';
import { FixtureFolder } from '../support/symbolizer-fixtures.ts';

const folder = new FixtureFolder();
let program: string;

beforeAll(() => {
  program = folder.gcc('program', 'int main(void) { return 0; }', []);
});
afterAll(() => folder.remove());

describe('files that a filter is asked for', () => {
  it('stay open from one line to the next', () => {
    const files = new OpenFiles(null);
    const first = files.open(program);
    expect(first).toBeInstanceOf(FileSymbolizer);
    expect(files.open(program)).toBe(first);
    files.close();
  });

  it('are tried once where they cannot be used', () => {
    const files = new OpenFiles(null);
    const first = files.open(join(folder.path, 'none'));
    expect(first).toBeInstanceOf(Error);
    copyFileSync(program, join(folder.path, 'none'));
    expect(files.open(join(folder.path, 'none'))).toBe(first);
    files.close();
  });

  it('are closed when they were asked for longest ago of more than sixteen', () => {
    const before = openDescriptors();
    const files = new OpenFiles(null);
    const paths = Array.from({ length: 17 }, (_, i) => join(folder.path, `copy-${i}`));
    for (const path of paths) copyFileSync(program, path);
    const [first, second] = paths.slice(0, 16).map((path) => files.open(path));
    expect(files.open(paths[0]!)).toBe(first); // so that the second is the oldest
    files.open(paths[16]!);
    expect(openDescriptors()).toBe(before + 16);
    expect(files.open(paths[0]!)).toBe(first);
    expect(files.open(paths[1]!)).not.toBe(second);
    files.close();
    expect(openDescriptors()).toBe(before);
  });

  it('end the command with one line where the file that it names cannot be used', () => {
    const files = new OpenFiles(null);
    const text = folder.write('text', 'no ELF file, but long enough to have a header. '.repeat(4));
    const missing = join(folder.path, 'missing');
    expect(() => files.openOrFail(missing)).toThrow(CommandFailure);
    expect(() => files.openOrFail(missing)).toThrow(`cannot symbolize ${missing}: there is no such file`);
    expect(() => files.openOrFail(text)).toThrow(
      /cannot symbolize .*text: not an ELF file, or a damaged one/,
    );
    files.openOrFail(program);
    files.close();
  });
});
