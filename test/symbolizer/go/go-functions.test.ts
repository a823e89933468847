import { describe, expect, it } from 'vitest';
import { BinaryFormatError } from '../../../src/binary/binary-format-error.ts';
import { MemorySource } from '../../../src/binary/byte-source.ts';
import { ElfFile } from '../../../src/binary/elf/elf-file.ts';
import { GoFunctions } from '../../../src/symbolizer/go/go-functions.ts';
import { writeElf } from '../../support/elf-writer.ts';
import { writeGoElf } from '../../support/go-elf-writer.ts';
import { GO_TEXT, type WrittenGoElf } from '../../support/go-writer.ts';
import { program } from '../../support/go-program.ts';

function opened(elf: WrittenGoElf): GoFunctions {
  const functions = GoFunctions.open(new ElfFile(new MemorySource(writeGoElf(elf))));
  if (functions === null) throw new Error('no table was found');
  return functions;
}

/** `name file:line`, innermost first. */
function chain(functions: GoFunctions, offset: number): string[] | null {
  const frames = functions.framesAt(GO_TEXT + offset);
  return frames?.map(({ name, file, line }) => `${name} ${file}:${line}`) ?? null;
}

const CHAIN_IN_ITS_CODE = ['main.outer a.go:10'];
const CHAIN_IN_A_CALL = ['main.inner b.go:5', 'main.outer a.go:10'];
const CHAIN_IN_A_CALL_OF_A_CALL = ['main.deep c.go:7', 'main.inner b.go:5', 'main.outer a.go:10'];

const VERSIONS = ['1.2', '1.16', '1.18', '1.20'] as const;

describe.each(VERSIONS)('a function table of Go %s', (version) => {
  it.each([
    [true, true],
    [false, true],
    [true, false],
    [false, false],
  ])('gives chains of inlined calls (64 bits: %s, little endian: %s)', (is64, littleEndian) => {
    const functions = opened({ ...program(version), is64, littleEndian });
    expect(chain(functions, 0)).toEqual(CHAIN_IN_ITS_CODE);
    expect(chain(functions, 0x0f)).toEqual(CHAIN_IN_ITS_CODE);
    expect(chain(functions, 0x10)).toEqual(CHAIN_IN_A_CALL);
    expect(chain(functions, 0x20)).toEqual(CHAIN_IN_A_CALL_OF_A_CALL);
    expect(chain(functions, 0x30)).toEqual(['main.outer a.go:300']);
  });

  it('tells one function from the next', () => {
    const functions = opened(program(version));
    expect(chain(functions, 0x3f)).toEqual(['main.outer a.go:300']);
    expect(chain(functions, 0x40)).toEqual(['main.(*List[...]).Push b.go:1']);
  });

  it('covers neither padding nor what is not Go', () => {
    const functions = opened(program(version));
    expect(functions.framesAt(GO_TEXT - 1)).toBeNull();
    expect(functions.framesAt(GO_TEXT + 0x4e)).not.toBeNull();
    expect(functions.framesAt(GO_TEXT + 0x50)).toBeNull();
    expect(functions.framesAt(GO_TEXT + 0x60)).not.toBeNull();
    expect(functions.framesAt(GO_TEXT + 0x70)).toBeNull();
    expect(functions.framesAt(NaN)).toBeNull();
  });

  it('is found in a file without section headers', () => {
    expect(chain(opened({ ...program(version), sections: false }), 0x20)).toEqual(CHAIN_IN_A_CALL_OF_A_CALL);
  });

  it('counts steps in instructions where these have four bytes', () => {
    const functions = opened({ ...program(version), quantum: 4 });
    expect(chain(functions, 0x2c)).toEqual(CHAIN_IN_A_CALL_OF_A_CALL);
    expect(chain(functions, 0x30)).toEqual(['main.outer a.go:300']);
  });
});

describe.each(['1.18', '1.20'] as const)('moduledata of Go %s', (version) => {
  it('is found where the loader fills its pointers in', () => {
    const functions = opened({ ...program(version), moduleData: 'relocated' });
    expect(chain(functions, 0x20)).toEqual(CHAIN_IN_A_CALL_OF_A_CALL);
  });

  it('says where the code begins when the table does not', () => {
    for (const moduleData of ['in-place', 'relocated'] as const) {
      const functions = opened({ ...program(version), moduleData, withoutTextStart: true, sections: false });
      expect(chain(functions, 0x20)).toEqual(CHAIN_IN_A_CALL_OF_A_CALL);
    }
  });

  it('costs only the inlined calls when it is not found', () => {
    const functions = opened({ ...program(version), moduleData: 'none' });
    expect(chain(functions, 0x20)).toEqual(['main.outer c.go:7']);
  });
});

describe('GoFunctions', () => {
  it('takes the start of .text for that of the code when nothing else says it', () => {
    const functions = opened({ ...program('1.20'), moduleData: 'none', withoutTextStart: true });
    expect(chain(functions, 0)).toEqual(CHAIN_IN_ITS_CODE);
  });

  it('refuses a file in which nothing says where the code begins', () => {
    const elf = { ...program('1.20'), moduleData: 'none', withoutTextStart: true, sections: false } as const;
    expect(() => opened(elf)).toThrow(BinaryFormatError);
  });

  it('finds nothing in a file of another language', () => {
    const bytes = writeElf({
      is64: true,
      littleEndian: true,
      symbols: [],
      text: { address: 0x1000, size: 64 },
    });
    expect(GoFunctions.open(new ElfFile(new MemorySource(bytes)))).toBeNull();
  });

  it('shows a function without a line table by its name', () => {
    const { functions, ...rest } = program('1.20');
    const bytes = writeGoElf({
      ...rest,
      functions: [...functions, { name: 'main.asm', size: 16, steps: [] }],
    });
    const go = GoFunctions.open(new ElfFile(new MemorySource(bytes)))!;
    expect(chain(go, 0x78)).toEqual(['main.asm :0']);
  });

  it('says how much it holds', () => {
    const functions = opened(program('1.20'));
    const before = functions.byteLength;
    chain(functions, 0x20);
    expect(functions.byteLength).toBeGreaterThan(before);
  });

  it('ends a chain of calls that leads back into itself', () => {
    const { functions, ...rest } = program('1.20');
    const [first, ...others] = functions;
    const inlined = [
      { name: 'main.inner', parentPc: 0x10 },
      { name: 'main.deep', parentPc: 0x20 },
    ];
    const go = opened({ ...rest, functions: [{ ...first!, inlined }, ...others] });
    expect(chain(go, 0x10)!.length).toBeLessThan(300);
  });
});
