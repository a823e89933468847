// DebugInfo on what compilers write, against llvm-symbolizer and against a plain reader of the whole file.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemorySource } from '../../../src/binary/byte-source.ts';
import { ElfFile } from '../../../src/binary/elf/elf-file.ts';
import { DebugInfo, type DebugInfoOptions } from '../../../src/symbolizer/dwarf/debug-info.ts';
import { ElfSymbols } from '../../../src/symbolizer/elf/elf-symbols.ts';
import type { SourceFrame } from '../../../src/symbolizer/source-frame.ts';
import {
  C_PROGRAM,
  compileFixture,
  sectionsOf,
  textAddresses,
  textOf,
} from '../../support/dwarf-fixtures.ts';
import { llvmFrames } from '../../support/llvm-symbolizer.ts';
import { NaiveDwarf } from '../../support/naive-dwarf.ts';
import { fileBytes, FixtureFolder } from '../../support/symbolizer-fixtures.ts';

const SEED = 20_260_705;

const folder = new FixtureFolder();
afterAll(() => folder.remove());

/** As llvm-symbolizer has it: the outermost function under the symbol table's name, which has `.cold` and the like. */
function withSymbolNames(path: string, info: DebugInfo): (address: number) => SourceFrame[] {
  const elf = new ElfFile(new MemorySource(fileBytes(path)));
  const symbols = ElfSymbols.read(elf)!;
  return (address) => {
    const frames = info.framesAt(address) ?? [{ name: '', file: '', line: 0, column: 0 }];
    const symbol = symbols.symbolAt(address);
    if (symbol !== null) frames.at(-1)!.name = symbol.name;
    return frames;
  };
}

/** Equal in every function, file, line and column. */
function expectAgreement(
  path: string,
  options: DebugInfoOptions = {},
  count = 300,
  llvmArgs: string[] = [],
): void {
  const addresses = textAddresses(path, count, SEED);
  const oracle = llvmFrames(path, addresses, llvmArgs);
  const framesAt = withSymbolNames(path, new DebugInfo(sectionsOf(path), options));
  const ours = new Map(addresses.map((address) => [address, framesAt(address)]));
  expect(ours).toEqual(oracle);
  // What is compared is worth comparing.
  expect([...oracle.values()].filter((frames) => frames.length > 1).length).toBeGreaterThan(count / 20);
}

describe('DebugInfo agrees with llvm-symbolizer', () => {
  it.each([2, 3, 4, 5].flatMap((version) => [['gcc', version] as const, ['clang', version] as const]))(
    'on C of %s with DWARF %i',
    (compiler, version) => {
      const flags = ['-O2', `-gdwarf-${version}`];
      expectAgreement(compileFixture(folder, `c-${compiler}-${version}`, compiler, C_PROGRAM, flags));
    },
  );

  it.each([
    ['g++', '-gdwarf-5'],
    ['clang++', '-gdwarf-4'],
  ])('on C++ of %s with %s', (compiler, format) => {
    const flags = ['-O2', format, '-shared', '-fPIC'];
    expectAgreement(compileFixture(folder, `cc-${compiler}`, compiler, ['shapes.cc'], flags), {}, 1000);
  });

  it('in the 64-bit format', () => {
    const flags = ['-O2', '-gdwarf-5', '-gdwarf64'];
    expectAgreement(compileFixture(folder, 'wide', 'gcc', C_PROGRAM, flags));
  });

  it('when the linker discarded functions', () => {
    const flags = ['-O2', '-g', '-ffunction-sections', '-Wl,--gc-sections'];
    expectAgreement(compileFixture(folder, 'discarded', 'gcc', C_PROGRAM, flags));
    expectAgreement(compileFixture(folder, 'discarded-clang', 'clang', C_PROGRAM, flags));
  });

  it('across units, after link-time optimization', () => {
    expectAgreement(compileFixture(folder, 'lto', 'gcc', C_PROGRAM, ['-O2', '-g', '-flto']));
  });

  it('when only some units have address ranges in .debug_aranges', () => {
    compileFixture(folder, 'tables.o', 'clang', ['tables.c'], ['-O2', '-g', '-c']);
    const flags = ['-O2', '-g', join(folder.path, 'tables.o')];
    expectAgreement(compileFixture(folder, 'mixed', 'gcc', ['program.c'], flags));
  });
});

describe('DebugInfo says what a plain reader of the whole file says', () => {
  it.each([
    ['gcc', 3],
    ['gcc', 5],
    ['clang', 4],
    ['clang', 5],
  ])('at every address, for %s with DWARF %i', (compiler, version) => {
    const path = compileFixture(
      folder,
      `all-${compiler}-${version}`,
      compiler,
      ['tables.c'],
      [...['-O2', `-gdwarf-${version}`, '-shared', '-fPIC']],
    );
    const sections = sectionsOf(path);
    const naive = new NaiveDwarf(sections);
    const info = new DebugInfo(sections);
    const { start, end } = textOf(path);
    for (let address = start - 16; address < end + 16; address++) {
      expect(info.framesAt(address), address.toString(16)).toEqual(naive.framesAt(address));
    }
  });
});

describe('split DWARF', () => {
  const build = (name: string, compiler: string, version: number): string => {
    const objects = C_PROGRAM.map((source) => {
      const object = `${name}-${source}.o`;
      compileFixture(
        folder,
        object,
        compiler,
        [source],
        ['-O2', `-gdwarf-${version}`, '-gsplit-dwarf', '-c'],
      );
      return join(folder.path, object);
    });
    return compileFixture(folder, name, compiler, objects, []);
  };
  const openSplit = (name: string, compilationFolder: string): ReturnType<typeof sectionsOf> =>
    sectionsOf(name.startsWith('/') ? name : join(compilationFolder, name));

  it.each([
    ['gcc', 4],
    ['gcc', 5],
    ['clang', 4],
    ['clang', 5],
  ])('is read from .dwo files and from a package, for %s with DWARF %i', (compiler, version) => {
    const path = build(`split-${compiler}-${version}`, compiler, version);
    expectAgreement(path, { dwo: openSplit });
    // No tool at hand packages what gcc writes for DWARF 5: llvm-dwp does not end, binutils' makes an empty index.
    if (compiler === 'gcc' && version === 5) return;
    const units = C_PROGRAM.map((source) => `${path}-${source}.dwo`);
    execFileSync('llvm-dwp-19', [...units, '-o', `${path}.dwp`], { timeout: 20_000 });
    expectAgreement(path, { package: sectionsOf(`${path}.dwp`) });
  });

  it('gives lines alone where the split unit is not at hand, and all once it is', () => {
    const path = build('split-later', 'gcc', 5);
    const asked: [string, string, bigint][] = [];
    let atHand = false;
    const info = new DebugInfo(sectionsOf(path), {
      dwo: (name, compilationFolder, id) => {
        asked.push([name, compilationFolder, id]);
        return atHand ? openSplit(name, compilationFolder) : null;
      },
    });
    const { framesAt } = {
      framesAt: withSymbolNames(path, new DebugInfo(sectionsOf(path), { dwo: openSplit })),
    };
    const address = textAddresses(path, 300, SEED).find((each) => framesAt(each).length > 2)!;
    const alone = info.framesAt(address)!;
    expect(alone).toHaveLength(1);
    expect(alone[0]).toMatchObject({ name: '', line: framesAt(address)[0]!.line });
    expect(asked).toEqual([[expect.stringMatching(/\.dwo$/), folder.path, expect.any(BigInt)]]);
    info.framesAt(address);
    expect(asked).toHaveLength(1);
    atHand = true;
    info.forgetIncomplete();
    expect(info.framesAt(address)!.map(({ line }) => line)).toEqual(
      framesAt(address).map(({ line }) => line),
    );
  });
});

describe('a supplementary file of dwz', () => {
  let path: string;
  beforeAll(() => {
    const names = ['dwz-a', 'dwz-b'].map((name, i) =>
      compileFixture(
        folder,
        name,
        'g++',
        ['shapes.cc'],
        ['-g', `-O${2 - i}`, '-gdwarf-4', '-shared', '-fPIC'],
      ),
    );
    path = names[0]!;
    execFileSync('dwz', ['-m', join(folder.path, 'common'), ...names], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  });

  it('has the names that were moved to it', () => {
    // llvm-symbolizer does not follow into it: the same program untouched tells what is to be said.
    const untouched = compileFixture(
      folder,
      'not-dwz',
      'g++',
      ['shapes.cc'],
      ['-g', '-O2', '-gdwarf-4', '-shared', '-fPIC'],
    );
    const expected = new DebugInfo(sectionsOf(untouched));
    const info = new DebugInfo(sectionsOf(path), { supplement: sectionsOf(join(folder.path, 'common')) });
    for (const address of textAddresses(path, 2000, SEED)) {
      expect(info.framesAt(address), address.toString(16)).toEqual(expected.framesAt(address));
    }
  });

  it('leaves names unknown where it is not at hand', () => {
    const info = new DebugInfo(sectionsOf(path));
    const frames = textAddresses(path, 2000, SEED).flatMap((address) => info.framesAt(address) ?? []);
    expect(frames.some(({ name }) => name === '')).toBe(true);
    expect(frames.filter(({ line }) => line > 0).length).toBeGreaterThan(frames.length / 2);
  });
});

describe('what is kept', () => {
  it('stays within the bytes that are granted, and answers the same', () => {
    const path = compileFixture(folder, 'bounded', 'gcc', C_PROGRAM, ['-O2', '-g']);
    const wide = new DebugInfo(sectionsOf(path));
    const tight = new DebugInfo(sectionsOf(path), { maxBytes: 10_000 });
    const addresses = textAddresses(path, 500, SEED).sort((a, b) => (a % 97) - (b % 97));
    for (const address of addresses) expect(tight.framesAt(address)).toEqual(wide.framesAt(address));
    // One unit is kept whatever its size; two of this program do not fit.
    expect(tight.byteLength).toBeLessThan(wide.byteLength);
  });

  it('is nothing for a file without debug information', () => {
    const path = compileFixture(folder, 'without', 'gcc', C_PROGRAM, ['-O2']);
    const info = new DebugInfo(sectionsOf(path));
    expect(info.hasUnits).toBe(false);
    expect(info.framesAt(textOf(path).start)).toBeNull();
  });
});
