import { describe, expect, it } from 'vitest';
import { BinaryFormatError } from '../../../src/binary/binary-format-error.ts';
import { MemorySource } from '../../../src/binary/byte-source.ts';
import { BpfProgram } from '../../../src/symbolizer/bpf/bpf-program.ts';
import { DUMP_KIND } from '../../../src/symbolizer/bpf/dump-sections.ts';
import {
  MAIN_TAG,
  programSections,
  TWO_FUNCTIONS,
  u32s,
  u64s,
  writeDump,
} from '../../support/bpf-dump-writer.ts';

const read = (sections = programSections(TWO_FUNCTIONS)): BpfProgram =>
  BpfProgram.read(new MemorySource(writeDump(sections)));

const MAIN = `bpf_prog_${MAIN_TAG}_count_packets_of_all`;
const PARSE = 'bpf_prog_bbbbbbbbbbbbbbbb_parse';

/** `name file:line:column`, null where nothing covers the place. */
function at(program: BpfProgram, symbol: string, offset: number): string | null {
  const frames = program.framesAt(symbol, offset);
  if (frames === null) return null;
  return frames.map(({ name, file, line, column }) => `${name} ${file}:${line}:${column}`).join(' < ');
}

describe('BpfProgram', () => {
  it('finds function and line by the name in kallsyms and the distance from its start', () => {
    const program = read();
    expect([0, 0x1f, 0x20, 0x5f, 0x60, 0x7f, 0x80, -1].map((offset) => at(program, MAIN, offset))).toEqual([
      'count_packets_of_all /src/count.bpf.c:10:3',
      'count_packets_of_all /src/count.bpf.c:10:3',
      'count_packets_of_all /src/count.bpf.c:12:7',
      'count_packets_of_all /src/count.bpf.c:12:7',
      'count_packets_of_all /src/count.bpf.c:10000:1023',
      'count_packets_of_all /src/count.bpf.c:10000:1023',
      null,
      null,
    ]);
    expect([0xf, 0x10, 0x3f, 0x40].map((offset) => at(program, PARSE, offset))).toEqual([
      'parse /src/parse.h:4:0',
      'parse /src/parse.h:5:9',
      'parse /src/parse.h:5:9',
      null,
    ]);
    expect(program.byteLength).toBeGreaterThan(100);
  });

  it('knows the first function by the tag of its own instructions too, as older kernels name it', () => {
    expect(at(read(), 'bpf_prog_aaaaaaaaaaaaaaaa_count_packets_of_all', 0)).toContain('count.bpf.c:10');
  });

  it('knows nothing of other programs and of other code', () => {
    const symbols = [
      'bpf_prog_cccccccccccccccc_parse',
      'bpf_trampoline_6442',
      'bpf_prog_bbbb',
      PARSE.slice(0, 24),
      '',
    ];
    expect(symbols.map((symbol) => at(read(), symbol, 0))).toEqual([null, null, null, null, null]);
  });

  it('tells functions of the same instructions apart by their names', () => {
    const [main, parse] = TWO_FUNCTIONS.functions;
    const twin = {
      ...parse!,
      name: 'twin',
      start: main!.start + 0x1000n,
      lines: [{ at: 0, file: '/twin.h', line: 1, column: 1 }],
    };
    const program = read(programSections({ ...TWO_FUNCTIONS, functions: [main!, parse!, twin] }));
    expect(
      ['parse', 'twin', 'neither'].map((name) => at(program, `bpf_prog_bbbbbbbbbbbbbbbb_${name}`, 0)),
    ).toEqual(['parse /src/parse.h:4:0', 'twin /twin.h:1:1', 'parse /src/parse.h:4:0']);
  });

  it('gives a program without BTF its own short name, and no lines', () => {
    const program = read(programSections({ ...TWO_FUNCTIONS, withBtf: false }));
    expect([MAIN, PARSE].map((symbol) => at(program, symbol, 4))).toEqual([
      'count_packets_o :0:0',
      'count_packets_o :0:0',
    ]);
  });

  it('does not take the line of one function for another that has none', () => {
    const [main, parse] = TWO_FUNCTIONS.functions;
    const program = read(programSections({ ...TWO_FUNCTIONS, functions: [{ ...main!, lines: [] }, parse!] }));
    expect(at(program, MAIN, 8)).toBe('count_packets_of_all :0:0');
  });

  it('has no functions where the kernel hides addresses', () => {
    const sections = programSections(TWO_FUNCTIONS).map(([kind, recordBytes, bytes]) =>
      kind === DUMP_KIND.functionAddress
        ? ([kind, recordBytes, u64s(0n, 0n)] as const)
        : ([kind, recordBytes, bytes] as const),
    );
    expect(at(read(sections), MAIN, 0)).toBeNull();
  });

  it('reads records that a newer kernel has made longer, and passes over sections that it does not know', () => {
    const sections = programSections(TWO_FUNCTIONS).map(([kind, recordBytes, bytes]) => {
      if (kind !== DUMP_KIND.lineInfo) return [kind, recordBytes, bytes] as const;
      const longer = Array.from({ length: bytes.length / 16 }, (_, i) =>
        Buffer.concat([bytes.subarray(i * 16, i * 16 + 16), u32s(0xffff_ffff)]),
      );
      return [kind, 20, Buffer.concat(longer)] as const;
    });
    expect(at(read([...sections, [99, 4, u32s(1, 2, 3)]]), PARSE, 0x10)).toBe('parse /src/parse.h:5:9');
  });

  it.each<[string, (view: DataView) => void]>([
    ['bad-magic', (view) => view.setUint32(0, 0, true)],
    ['bad-value', (view) => view.setUint32(4, 2, true)], // version
    ['limit', (view) => view.setUint32(12, 65, true)], // number of sections
    ['bad-value', (view) => view.setUint32(20, 0, true)], // bytes of a record
    ['truncated', (view) => view.setUint32(24, 0xffff_fff0, true)], // offset of a section
    ['truncated', (view) => view.setUint32(28, 0xffff_ffff, true)], // number of its records
  ])('refuses what is not a dump: %s', (kind, spoil) => {
    const bytes = writeDump(programSections(TWO_FUNCTIONS));
    spoil(new DataView(bytes.buffer));
    expect(() => BpfProgram.read(new MemorySource(bytes))).toThrow(
      expect.objectContaining({ name: 'BinaryFormatError', kind }) as Error,
    );
  });

  it('refuses records shorter than their fields', () => {
    const sections = programSections(TWO_FUNCTIONS).filter(([kind]) => kind !== DUMP_KIND.lineInfo);
    expect(() => read([...sections, [DUMP_KIND.lineInfo, 8, u32s(1, 2, 3, 4)]])).toThrow(BinaryFormatError);
  });
});
