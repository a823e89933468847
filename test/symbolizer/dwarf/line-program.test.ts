// Line programs from header to table, on written ones.
import { describe, expect, it } from 'vitest';
import * as DW from '../../../src/symbolizer/dwarf/constants.ts';
import { DwarfFile } from '../../../src/symbolizer/dwarf/dwarf-file.ts';
import { addressLimit } from '../../../src/symbolizer/dwarf/encoding.ts';
import type { LineFiles } from '../../../src/symbolizer/dwarf/line-files.ts';
import { readLineProgram } from '../../../src/symbolizer/dwarf/line-header.ts';
import { runLineProgram } from '../../../src/symbolizer/dwarf/line-program.ts';
import { findRow, LineRows, type LineTable } from '../../../src/symbolizer/dwarf/line-rows.ts';
import { compileUnit, writeInfo, type Layout } from '../../support/dwarf-writer.ts';
import { memorySections } from '../../support/elf-debug-sections.ts';
import { line, writeLines, type WrittenLines } from '../../support/line-writer.ts';

function decode(
  lines: WrittenLines | Uint8Array,
  layout: Layout = {},
): { table: LineTable; files: LineFiles } {
  const root = compileUnit([[DW.DW_AT_comp_dir, DW.DW_FORM_string, '/build']]);
  const { info, abbrev } = writeInfo([{ root }], layout);
  const program = lines instanceof Uint8Array ? lines : writeLines({ ...layout, ...lines });
  const sections = new Map([
    ['.debug_info', info],
    ['.debug_abbrev', abbrev],
    ['.debug_line', program],
  ]);
  const unit = new DwarfFile(memorySections(sections, layout.littleEndian ?? true)).unitAt(0);
  const parsed = readLineProgram(unit, 0);
  const rows = new LineRows();
  rows.begin(addressLimit(parsed.header.addressSize));
  runLineProgram(parsed, rows);
  return { table: rows.finish(), files: parsed.header.files };
}

/** `address file:line:column` at each address asked for. */
function at({ table, files }: ReturnType<typeof decode>, ...addresses: number[]): string[] {
  return addresses.map((address) => {
    const row = findRow(table, address);
    if (row < 0) return '-';
    return `${files.path(table.files[row]!)}:${table.lines[row]!}:${table.columns[row]!}`;
  });
}

const FILES: Pick<WrittenLines, 'folders' | 'files'> = {
  folders: ['/usr/include', 'src'],
  files: [
    ['main.c', 0],
    ['stdio.h', 1],
    ['part.c', 2],
  ],
};

describe('a line program', () => {
  it('gives rows by special and standard opcodes', () => {
    const decoded = decode({
      ...FILES,
      program: [
        ...[...line.setAddress(0x1000), ...line.setColumn(3), ...line.advanceLine(9), ...line.copy], // 0x1000 10
        ...line.special(4, 1), // 0x1004 11
        ...[...line.setFile(3), ...line.advanceLine(-6), ...line.advancePc(6), ...line.copy], // 0x100a part.c 5
        ...[...line.constAddPc, ...line.special(0, 2)], // 0x101b 7
        ...[...line.fixedAdvancePc(0x300), ...line.special(0, 1)], // 0x131b 8
        ...[...line.advancePc(5), ...line.endSequence],
      ],
    });
    const found = at(decoded, 0xfff, 0x1000, 0x1003, 0x1004, 0x100a, 0x101a, 0x101b, 0x131b, 0x131f, 0x1320);
    expect(found).toEqual([
      '-',
      '/build/main.c:10:3',
      '/build/main.c:10:3',
      '/build/main.c:11:3',
      '/build/src/part.c:5:3',
      '/build/src/part.c:5:3',
      '/build/src/part.c:7:3',
      '/build/src/part.c:8:3',
      '/build/src/part.c:8:3',
      '-',
    ]);
  });

  it.each([
    { version: 2 },
    { version: 3, wide: true },
    { version: 4, littleEndian: false },
    { version: 4, addressSize: 4 },
  ])('is read as %j', (layout) => {
    const { littleEndian = true, addressSize = 8 } = layout as Layout;
    const program = [...line.setAddress(0x1000, addressSize, littleEndian), ...line.special(0, 4)];
    const decoded = decode(
      { ...FILES, program: [...program, ...line.advancePc(4), ...line.endSequence] },
      layout,
    );
    expect(at(decoded, 0x1000, 0x1003)).toEqual(['/build/main.c:5:0', '/build/main.c:5:0']);
  });

  it('counts files and folders from 0 since version 5, and passes over fields that it does not need', () => {
    const decoded = decode(
      {
        folders: ['/build', '/usr/include', 'src'],
        files: [
          ['main.c', 0],
          ['stdio.h', 1],
          ['part.c', 2],
        ],
        program: [
          ...[...line.setAddress(0x1000), ...line.setFile(0), ...line.special(0, 0)],
          ...[...line.setFile(1), ...line.special(1, 0), ...line.setFile(2), ...line.special(1, 0)],
          ...[...line.setFile(3), ...line.special(1, 0), ...line.advancePc(1), ...line.endSequence],
        ],
      },
      { version: 5 },
    );
    const [main, header, part, none] = at(decoded, 0x1000, 0x1001, 0x1002, 0x1003);
    expect([main, header, part]).toEqual([
      '/build/main.c:1:0',
      '/usr/include/stdio.h:1:0',
      '/build/src/part.c:1:0',
    ]);
    expect(none).toBe(':1:0');
    expect(decoded.files.has(3)).toBe(false);
    expect(decoded.files.has(0)).toBe(true);
  });

  it('keeps the last of several rows at one address', () => {
    const rows = [...line.special(0, 0), ...line.special(0, 1), ...line.special(0, 1), ...line.special(2, 1)];
    const decoded = decode({
      ...FILES,
      program: [...line.setAddress(0x1000), ...rows, ...line.advancePc(1), ...line.endSequence],
    });
    expect(at(decoded, 0x1000, 0x1002)).toEqual(['/build/main.c:3:0', '/build/main.c:4:0']);
    expect(decoded.table.offsets).toHaveLength(2);
  });

  it('leaves out rows that say what the one before says', () => {
    const decoded = decode({
      ...FILES,
      program: [
        ...[...line.setAddress(0x1000), ...line.special(0, 1), ...line.special(1, 0), ...line.special(1, 0)],
        ...[...line.special(1, 1), ...line.advancePc(1), ...line.endSequence],
      ],
    });
    expect(decoded.table.offsets).toEqual(Uint32Array.of(0, 3));
  });

  it('has its sequences in any order', () => {
    const sequence = (address: number, lines: number): number[] => [
      ...[
        ...line.setAddress(address),
        ...line.special(0, lines),
        ...line.advancePc(0x10),
        ...line.endSequence,
      ],
    ];
    const program = [...sequence(0x3000, 3), ...sequence(0x1000, 1), ...sequence(0x2000, 2)];
    const decoded = decode({ ...FILES, program });
    expect(at(decoded, 0x1000, 0x2000, 0x300f, 0x1010, 0x2fff)).toEqual([
      '/build/main.c:2:0',
      '/build/main.c:3:0',
      '/build/main.c:4:0',
      '-',
      '-',
    ]);
  });

  it('has no rows of discarded code, nor of a sequence that nothing ends', () => {
    const sequence = (address: number | bigint): number[] => [
      ...[...line.setAddress(address), ...line.special(0, 1), ...line.advancePc(0x2000), ...line.endSequence],
    ];
    const open = [...line.setAddress(0x5000), ...line.special(0, 1), ...line.special(5, 1)];
    const discarded = [
      ...sequence(0),
      ...sequence(0xffff_ffff_ffff_ffffn),
      ...sequence(0xffff_ffff_ffff_fffen),
    ];
    const { table } = decode({ ...FILES, program: [...discarded, ...open] });
    expect(table.starts).toHaveLength(0);
    expect(table.offsets).toHaveLength(0);
  });

  it('splits a sequence whose addresses go back, or too far', () => {
    const decoded = decode({
      ...FILES,
      program: [
        ...[...line.setAddress(0x2000), ...line.special(0, 1), ...line.special(8, 1)],
        ...[...line.setAddress(0x1000), ...line.special(0, 1), ...line.special(4, 1)],
        ...[
          ...line.setAddress(0x9_0000_0000),
          ...line.special(0, 1),
          ...line.advancePc(4),
          ...line.endSequence,
        ],
      ],
    });
    expect(at(decoded, 0x2000, 0x2008, 0x1000, 0x1004, 0x9_0000_0000)).toEqual([
      ...['/build/main.c:2:0', '-', '/build/main.c:4:0', '-', '/build/main.c:6:0'],
    ]);
  });

  it('counts operations where an instruction has several', () => {
    const decoded = decode({
      ...FILES,
      minInstructionLength: 16,
      maxOperations: 3,
      program: [
        ...[...line.setAddress(0x1000), ...line.special(0, 1)], // instruction 0, operation 0
        ...[...line.advancePc(2), ...line.copy], // operation 2 of the same
        ...[...line.special(2, 1)], // instruction 1, operation 1
        ...[...line.advancePc(5), ...line.endSequence], // instruction 3, operation 0
      ],
    });
    expect(at(decoded, 0x1000, 0x100f, 0x1010, 0x102f, 0x1030)).toEqual([
      ...['/build/main.c:2:0', '/build/main.c:2:0', '/build/main.c:3:0', '/build/main.c:3:0', '-'],
    ]);
  });

  it('takes files that are defined in it', () => {
    const program = [...line.setAddress(0x1000), ...line.defineFile('late.c', 2), ...line.setFile(4)];
    const decoded = decode({
      ...FILES,
      program: [...program, ...line.special(0, 1), ...line.advancePc(1), ...line.endSequence],
    });
    expect(at(decoded, 0x1000)).toEqual(['/build/src/late.c:2:0']);
  });

  it('passes over opcodes that it does not know, standard and extended', () => {
    const unknown = [15, 0x81, 0x01, 0x02, 0, 4, 0x80, 1, 2, 3];
    const decoded = decode({
      ...FILES,
      opcodeBase: 17,
      program: [
        ...[...line.setAddress(0x1000), ...unknown, ...line.advanceLine(1), ...line.copy],
        ...[...line.advancePc(1), ...line.endSequence],
      ],
    });
    expect(at(decoded, 0x1000)).toEqual(['/build/main.c:2:0']);
  });

  it('holds more files than 16 bits count', () => {
    const files = Array.from({ length: 70_000 }, (_, i): [string, number] => [`f${i}.c`, 0]);
    const program = [...line.setAddress(0x1000), ...line.setFile(70_000), ...line.special(0, 1)];
    const decoded = decode({ files, program: [...program, ...line.advancePc(1), ...line.endSequence] });
    expect(at(decoded, 0x1000)).toEqual(['/build/f69999.c:2:0']);
  });
});

describe('a malformed line program', () => {
  const program = [
    ...line.setAddress(0x1000),
    ...line.special(0, 1),
    ...line.advancePc(1),
    ...line.endSequence,
  ];
  const good = writeLines({ ...FILES, program });
  const patched = (at: number, ...bytes: number[]): Uint8Array => {
    const copy = good.slice();
    copy.set(bytes, at);
    return copy;
  };

  it.each([
    ['a version that is not known', patched(4, 6, 0), 'line program of version 6'],
    ['a reserved length', patched(0, 0xf5, 0xff, 0xff, 0xff), 'reserved length 0xfffffff5'],
    ['a length beyond the section', patched(0, 0xff, 0xff, 0, 0), "beyond the section's"],
    ['a header longer than the program', patched(6, 0xff, 0xff, 0, 0), 'a header of 65535 bytes'],
    ['a line range of 0', writeLines({ ...FILES, program, lineRange: 0 }), 'a line range of 0'],
    [
      'an address of 3 bytes',
      writeLines({ program: [0, 4, DW.DW_LNE_set_address, 1, 2, 3] }),
      'an address of 3 bytes',
    ],
    ['an operand that is cut off', writeLines({ program: [DW.DW_LNS_advance_pc, 0x80] }), 'truncated'],
  ])('is refused: %s', (_, bytes, message) => {
    expect(() => decode(bytes)).toThrow(message);
  });

  it('is refused for more files than there are bytes', () => {
    const bytes = writeLines({ version: 5, folders: ['/build'], files: [['main.c', 0]], program: [] });
    // The count of files stands before the first name.
    const at = Buffer.from(bytes).indexOf('main.c') - 1;
    bytes[at] = 0x7f;
    expect(() => decode(bytes, { version: 5 })).toThrow('127 entries');
  });
});
