import { describe, expect, it } from 'vitest';
import * as DW from '../../../src/symbolizer/dwarf/constants.ts';
import { DwarfFile } from '../../../src/symbolizer/dwarf/dwarf-file.ts';
import { RangeReader, type RangeAttributes } from '../../../src/symbolizer/dwarf/range-reader.ts';
import { ByteWriter } from '../../support/byte-writer.ts';
import { compileUnit, writeInfo, type Layout, type WrittenEntry } from '../../support/dwarf-writer.ts';
import { memorySections } from '../../support/elf-debug-sections.ts';

const BASE = 0x40_0000;
const ALL_ONES = 0xffff_ffff_ffff_ffffn;
const NO_RANGES: RangeAttributes = { lowForm: 0, low: 0, highForm: 0, high: 0, rangesForm: 0, ranges: 0 };

interface Scene {
  attributes: Partial<RangeAttributes>;
  root?: WrittenEntry['attributes'];
  sections?: [string, Uint8Array][];
  layout?: Layout;
  maxEntries?: number;
}

/** The ranges that an entry with these attributes has. */
function rangesOf({
  attributes,
  root,
  sections = [],
  layout = {},
  maxEntries = 1000,
}: Scene): [number, number][] {
  const unitRoot = compileUnit(root ?? [[DW.DW_AT_low_pc, DW.DW_FORM_addr, BASE]]);
  const { info, abbrev } = writeInfo([{ root: unitRoot }], layout);
  const all = new Map([['.debug_info', info], ['.debug_abbrev', abbrev], ...sections]);
  const unit = new DwarfFile(memorySections(all, layout.littleEndian ?? true)).unitAt(0);
  const found: [number, number][] = [];
  const reader = new RangeReader((start, end) => found.push([start, end]), maxEntries);
  reader.read(unit, { ...NO_RANGES, ...attributes });
  return found;
}

const pairs = (...addresses: (number | bigint)[]): Uint8Array => {
  const writer = new ByteWriter();
  for (const address of addresses) writer.u64(address);
  return writer.finish();
};

describe('an entry with DW_AT_low_pc and DW_AT_high_pc', () => {
  it('ends at an address, or that many bytes later', () => {
    const low = { lowForm: DW.DW_FORM_addr, low: 0x1000 };
    const byAddress = rangesOf({ attributes: { ...low, highForm: DW.DW_FORM_addr, high: 0x1040 } });
    const bySize = rangesOf({ attributes: { ...low, highForm: DW.DW_FORM_data8, high: 0x40 } });
    expect(byAddress).toEqual([[0x1000, 0x1040]]);
    expect(bySize).toEqual([[0x1000, 0x1040]]);
  });

  it('has its addresses by number in .debug_addr', () => {
    const root: WrittenEntry['attributes'] = [[DW.DW_AT_addr_base, DW.DW_FORM_sec_offset, 8]];
    const addr = new ByteWriter().u32(0).u16(5).u8(8).u8(0).u64(0x1000).u64(0x2000).finish();
    const attributes = { lowForm: DW.DW_FORM_addrx, low: 1, highForm: DW.DW_FORM_data4, high: 0x10 };
    const sections: Scene['sections'] = [['.debug_addr', addr]];
    expect(rangesOf({ attributes, root, sections, layout: { version: 5 } })).toEqual([[0x2000, 0x2010]]);
    const outside = { ...attributes, low: 2 };
    expect(() => rangesOf({ attributes: outside, root, sections, layout: { version: 5 } })).toThrow(
      '.debug_addr',
    );
  });

  it.each([
    ['at 0', 0, 8],
    ['at the end of the address space', 2 ** 64, 8],
    ['at the end of 32 bits, where addresses have as many', 0xffff_ffff, 4],
    ['one before it', 0xffff_fffe, 4],
  ])('has no code when it was discarded: %s', (_, low, addressSize) => {
    const attributes = { lowForm: DW.DW_FORM_addr, low, highForm: DW.DW_FORM_data4, high: 0x10 };
    expect(rangesOf({ attributes, layout: { addressSize } })).toEqual([]);
  });

  it('has none when it is empty, or one of the two is missing', () => {
    const low = { lowForm: DW.DW_FORM_addr, low: 0x1000 };
    expect(rangesOf({ attributes: { ...low, highForm: DW.DW_FORM_data4, high: 0 } })).toEqual([]);
    expect(rangesOf({ attributes: low })).toEqual([]);
    expect(rangesOf({ attributes: {} })).toEqual([]);
  });
});

describe('a list in .debug_ranges', () => {
  const attributes = { rangesForm: DW.DW_FORM_sec_offset, ranges: 16 };

  it('counts from the unit, or from a base that it names', () => {
    const bytes = pairs(9, 9, 0x10, 0x20, ALL_ONES, 0x1000, 0x30, 0x50, 0, 0, 1, 2);
    const found = rangesOf({ attributes, sections: [['.debug_ranges', bytes]] });
    expect(found).toEqual([
      [BASE + 0x10, BASE + 0x20],
      [0x1030, 0x1050],
    ]);
  });

  it('is not confused by what linkers write for discarded code: -2 is no base', () => {
    const bytes = pairs(9, 9, ALL_ONES - 1n, ALL_ONES - 1n, 0x10, 0x20, 0, 0);
    expect(rangesOf({ attributes, sections: [['.debug_ranges', bytes]] })).toEqual([
      [BASE + 0x10, BASE + 0x20],
    ]);
  });

  it('is refused without its end', () => {
    const sections: Scene['sections'] = [['.debug_ranges', pairs(9, 9, 0x10, 0x20)]];
    expect(() => rangesOf({ attributes, sections })).toThrow('truncated');
  });

  it('is read once too often no more than is granted', () => {
    const bytes = pairs(9, 9, 1, 2, 3, 4, 5, 6, 0, 0);
    const sections: Scene['sections'] = [['.debug_ranges', bytes]];
    expect(rangesOf({ attributes, sections, maxEntries: 4 })).toHaveLength(3);
    expect(() => rangesOf({ attributes, sections, maxEntries: 3 })).toThrow('more ranges than are read');
  });
});

describe('a list in .debug_rnglists', () => {
  const root: WrittenEntry['attributes'] = [
    [DW.DW_AT_low_pc, DW.DW_FORM_addr, BASE],
    [DW.DW_AT_addr_base, DW.DW_FORM_sec_offset, 8],
    [DW.DW_AT_rnglists_base, DW.DW_FORM_sec_offset, 12],
  ];
  const addr = new ByteWriter().u32(0).u16(5).u8(8).u8(0).u64(0x1000).u64(0x2000).finish();
  /** One contribution: header, a table of one offset, the list. */
  const lists = (list: ByteWriter): Uint8Array => {
    const writer = new ByteWriter()
      .u32(12 + list.length)
      .u16(5)
      .u8(8)
      .u8(0)
      .u32(1)
      .u32(4);
    return writer.raw(list.finish()).finish();
  };
  const read = (list: ByteWriter, attributes: Partial<RangeAttributes>): [number, number][] => {
    const sections: Scene['sections'] = [
      ['.debug_addr', addr],
      ['.debug_rnglists', lists(list)],
    ];
    return rangesOf({ attributes, root, sections, layout: { version: 5 } });
  };
  const everyKind = (): ByteWriter => {
    const list = new ByteWriter().u8(DW.DW_RLE_offset_pair).uleb(0x10).uleb(0x20);
    list.u8(DW.DW_RLE_base_addressx).uleb(1).u8(DW.DW_RLE_offset_pair).uleb(0).uleb(4);
    list.u8(DW.DW_RLE_startx_endx).uleb(0).uleb(1).u8(DW.DW_RLE_startx_length).uleb(0).uleb(0x30);
    list.u8(DW.DW_RLE_base_address).u64(0x5000).u8(DW.DW_RLE_offset_pair).uleb(1).uleb(2);
    list.u8(DW.DW_RLE_start_end).u64(0x6000).u64(0x6010).u8(DW.DW_RLE_start_length).u64(0x7000).uleb(0x200);
    return list.u8(DW.DW_RLE_end_of_list);
  };
  const everyRange = [
    [BASE + 0x10, BASE + 0x20],
    [0x2000, 0x2004],
    [0x1000, 0x2000],
    [0x1000, 0x1030],
    [0x5001, 0x5002],
    [0x6000, 0x6010],
    [0x7000, 0x7200],
  ];

  it('has entries of every kind, by its offset and by its number', () => {
    expect(read(everyKind(), { rangesForm: DW.DW_FORM_sec_offset, ranges: 16 })).toEqual(everyRange);
    expect(read(everyKind(), { rangesForm: DW.DW_FORM_rnglistx, ranges: 0 })).toEqual(everyRange);
  });

  it('leaves out what is relative to a base of discarded code', () => {
    const list = new ByteWriter().u8(DW.DW_RLE_base_address).u64(ALL_ONES).u8(DW.DW_RLE_offset_pair);
    list.uleb(0x10).uleb(0x20).u8(DW.DW_RLE_start_length).u64(ALL_ONES).uleb(8).u8(DW.DW_RLE_end_of_list);
    expect(read(list, { rangesForm: DW.DW_FORM_sec_offset, ranges: 16 })).toEqual([]);
  });

  it('is refused with an entry of another kind', () => {
    expect(() => read(new ByteWriter().u8(8), { rangesForm: DW.DW_FORM_sec_offset, ranges: 16 })).toThrow(
      'range list entry of kind 8',
    );
  });

  it('is read on where it is longer than a piece', () => {
    const list = new ByteWriter();
    for (let i = 0; i < 900; i++)
      list
        .u8(DW.DW_RLE_offset_pair)
        .uleb(2 * i + 200)
        .uleb(2 * i + 201);
    const found = read(list.u8(DW.DW_RLE_end_of_list), { rangesForm: DW.DW_FORM_rnglistx, ranges: 0 });
    expect(found).toHaveLength(900);
  });
});
