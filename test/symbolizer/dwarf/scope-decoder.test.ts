// From entries to chains, on written units.
import { describe, expect, it } from 'vitest';
import * as DW from '../../../src/symbolizer/dwarf/constants.ts';
import { DebugInfo } from '../../../src/symbolizer/dwarf/debug-info.ts';
import {
  abstractFunction,
  compileUnit,
  covers,
  inlined,
  subprogram,
  writeInfo,
  type Layout,
  type WrittenEntry,
} from '../../support/dwarf-writer.ts';
import { memorySections } from '../../support/elf-debug-sections.ts';
import { line, writeLines } from '../../support/line-writer.ts';

const FILES: { folders: string[]; files: [string, number][] } = {
  folders: ['/src'],
  files: [
    ['a.c', 1],
    ['b.h', 1],
  ],
};

const ROOT: WrittenEntry['attributes'] = [
  ...covers(0x1000, 0x1000),
  [DW.DW_AT_stmt_list, DW.DW_FORM_sec_offset, 0],
];

/** One unit of [0x1000, 0x2000), all of which is line 7 of a.c. */
function infoOf(entries: WrittenEntry[], layout: Layout = {}, root = ROOT): DebugInfo {
  const { littleEndian = true, addressSize = 8 } = layout;
  const { info, abbrev } = writeInfo([{ root: compileUnit(root, ...entries) }], layout);
  const program = [
    ...line.setAddress(0x1000, addressSize, littleEndian),
    ...line.advanceLine(6),
    ...line.copy,
  ];
  const lines = writeLines({
    ...layout,
    ...FILES,
    program: [...program, ...line.advancePc(0x1000), ...line.endSequence],
  });
  const sections = new Map([
    ['.debug_info', info],
    ['.debug_abbrev', abbrev],
    ['.debug_line', lines],
  ]);
  return new DebugInfo(memorySections(sections, littleEndian));
}

/** `name file:line:column < …`, innermost first. */
const chain = (info: DebugInfo, address: number): string =>
  info
    .framesAt(address)
    ?.map(({ name, file, line: at, column }) => `${name} ${file}:${at}:${column}`)
    .join(' < ') ?? '-';

const block = (...children: WrittenEntry[]): WrittenEntry => ({ tag: 0x0b, attributes: [], children });
const f = abstractFunction('f');
const g = abstractFunction('g');

describe('the chain of an address', () => {
  it.each([
    {},
    { littleEndian: false },
    { wide: true },
    { addressSize: 4, littleEndian: false },
    { version: 3, addressSize: 4, wide: true },
  ] as Layout[])('leads through inlined calls and blocks to the function, in %j', (layout) => {
    const inner = inlined(g, 0x1020, 0x10, [2, 31, 5]);
    const outer = inlined(f, 0x1010, 0x30, [1, 12, 9], block(block(inner)));
    const info = infoOf([f, g, subprogram('main', 0x1000, 0x100, block(outer))], layout);
    expect(chain(info, 0x1000)).toBe('main /src/a.c:7:0');
    expect(chain(info, 0x1010)).toBe('f /src/a.c:7:0 < main /src/a.c:12:9');
    expect(chain(info, 0x1020)).toBe('g /src/a.c:7:0 < f /src/b.h:31:5 < main /src/a.c:12:9');
    expect(chain(info, 0x1030)).toBe('f /src/a.c:7:0 < main /src/a.c:12:9');
    expect(chain(info, 0x1040)).toBe('main /src/a.c:7:0');
  });

  it('has a line alone where no function is known, and nothing outside all units', () => {
    const info = infoOf([subprogram('main', 0x1000, 0x100)]);
    expect(chain(info, 0x1100)).toBe(' /src/a.c:7:0');
    expect(info.framesAt(0x2000)).toBeNull();
    expect(info.framesAt(0)).toBeNull();
    expect(info.framesAt(NaN)).toBeNull();
  });

  it('has functions alone where there is no line program', () => {
    const root = ROOT.slice(0, 2);
    const inner = inlined(f, 0x1010, 8, [1, 12, 9]);
    const info = infoOf([f, subprogram('main', 0x1000, 0x100, inner)], {}, root);
    expect(chain(info, 0x1010)).toBe('f :0:0 < main :12:9');
    expect(info.framesAt(0x1100)).toBeNull();
  });

  it('ends at a function inside a function', () => {
    const nested = subprogram('nested', 0x1040, 0x10);
    const info = infoOf([subprogram('main', 0x1000, 0x100, block(nested)), subprogram('next', 0x1100, 0x10)]);
    expect(chain(info, 0x1048)).toBe('nested /src/a.c:7:0');
    expect(chain(info, 0x1050)).toBe('main /src/a.c:7:0');
    expect(chain(info, 0x1108)).toBe('next /src/a.c:7:0');
  });

  it('leads through an inlined call that has no addresses of its own', () => {
    const inner = inlined(g, 0x1020, 0x10, [2, 31, 5]);
    const outer: WrittenEntry = { ...inlined(f, 0, 0, [1, 12, 9], inner) };
    const info = infoOf([f, g, subprogram('main', 0x1000, 0x100, outer)]);
    expect(chain(info, 0x1020)).toBe('g /src/a.c:7:0 < f /src/b.h:31:5 < main /src/a.c:12:9');
    expect(chain(info, 0x1030)).toBe('main /src/a.c:7:0');
  });

  it('has no file where the call names none of the table', () => {
    const info = infoOf([f, subprogram('main', 0x1000, 0x100, inlined(f, 0x1010, 8, [9, 12, 9]))]);
    expect(chain(info, 0x1010)).toBe('f /src/a.c:7:0 < main :12:9');
  });

  it('is read past attributes of every form', () => {
    const bytes = [1, 2, 3];
    const all: WrittenEntry['attributes'] = [
      [0x2001, DW.DW_FORM_block, bytes],
      [0x2001, DW.DW_FORM_block1, bytes],
      [0x2001, DW.DW_FORM_block2, bytes],
      [0x2001, DW.DW_FORM_block4, bytes],
      [0x2001, DW.DW_FORM_exprloc, bytes],
      [0x2001, DW.DW_FORM_data16, 1],
      [0x2001, DW.DW_FORM_sdata, -1000],
      [0x2001, DW.DW_FORM_udata, 1000],
      [0x2001, DW.DW_FORM_string, 'text'],
      [0x2001, DW.DW_FORM_ref_sig8, 1],
      [0x2001, DW.DW_FORM_strx3, 1],
      [0x2001, DW.DW_FORM_loclistx, 300],
      [0x2001, DW.DW_FORM_flag_present, 1],
      [0x2001, DW.DW_FORM_implicit_const, 5],
      [0x2001, DW.DW_FORM_indirect, [DW.DW_FORM_data2, 1, 2]],
      [0x2001, DW.DW_FORM_GNU_str_index, 1],
    ];
    const variable: WrittenEntry = { tag: 0x34, attributes: all };
    const main = subprogram('main', 0x1000, 0x100, variable);
    main.attributes.unshift(...all);
    const info = infoOf([variable, main, subprogram('next', 0x1100, 0x10)]);
    expect(chain(info, 0x1000)).toBe('main /src/a.c:7:0');
    expect(chain(info, 0x1100)).toBe('next /src/a.c:7:0');
  });

  it('is read from attributes whose form stands beside the value', () => {
    const main: WrittenEntry = {
      tag: DW.DW_TAG_subprogram,
      attributes: [
        [DW.DW_AT_name, DW.DW_FORM_indirect, [DW.DW_FORM_string, ...Buffer.from('main\0')]],
        [DW.DW_AT_low_pc, DW.DW_FORM_addr, 0x1000],
        [DW.DW_AT_high_pc, DW.DW_FORM_indirect, [DW.DW_FORM_data1, 0x40]],
      ],
    };
    expect(chain(infoOf([main]), 0x103f)).toBe('main /src/a.c:7:0');
  });
});

describe('a malformed unit', () => {
  it('is refused again and again, and others still answer', () => {
    const bad = compileUnit(covers(0x1000, 0x10), { tag: 0x34, attributes: [[2, DW.DW_FORM_exprloc, [1]]] });
    const good = compileUnit(covers(0x2000, 0x10), subprogram('main', 0x2000, 0x10));
    const { info, abbrev, entryAt } = writeInfo([{ root: bad }, { root: good }]);
    info[entryAt.get(bad.children![0]!)! + 1] = 0x7f; // a block longer than the unit
    const sections = new Map([
      ['.debug_info', info],
      ['.debug_abbrev', abbrev],
    ]);
    const debug = new DebugInfo(memorySections(sections));
    expect(() => debug.framesAt(0x1000)).toThrow('.debug_info');
    expect(() => debug.framesAt(0x1008)).toThrow('.debug_info');
    expect(chain(debug, 0x2000)).toBe('main :0:0');
  });

  it('is refused where entries nest without end', () => {
    let entry = block(subprogram('main', 0x1000, 0x10));
    for (let i = 0; i < 1030; i++) entry = block(entry);
    expect(() => infoOf([entry]).framesAt(0x1000)).toThrow('entries nested 1024 times');
  });

  it('may end without the zeros that close its entries', () => {
    const root = compileUnit(covers(0x1000, 0x10), subprogram('main', 0x1000, 0x10));
    const { info, abbrev } = writeInfo([{ root }]);
    const cut = info.slice(0, -1);
    cut[0]! -= 1;
    const sections = new Map([
      ['.debug_info', cut],
      ['.debug_abbrev', abbrev],
    ]);
    expect(chain(new DebugInfo(memorySections(sections)), 0x1000)).toBe('main :0:0');
  });
});
