import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../../src/binary/byte-source.ts';
import { AbbreviationTable, type Abbreviation } from '../../../src/symbolizer/dwarf/abbreviations.ts';
import * as DW from '../../../src/symbolizer/dwarf/constants.ts';
import { STEP } from '../../../src/symbolizer/dwarf/forms.ts';
import { HotCursor } from '../../../src/symbolizer/dwarf/hot-cursor.ts';
import { SectionReader } from '../../../src/symbolizer/dwarf/section-reader.ts';
import { ByteWriter } from '../../support/byte-writer.ts';

const CODE_AT = new HotCursor(new Uint8Array(0), '.debug_info', true);
const ENCODING = { version: 4, addressSize: 8, offsetSize: 4 };

/** Code, tag, children, pairs of attribute and form. */
function declaration(code: number, tag: number, ...pairs: [number, number][]): number[] {
  const writer = new ByteWriter().uleb(code).uleb(tag).u8(0);
  for (const [name, form] of pairs) writer.uleb(name).uleb(form);
  return [...writer.raw([0, 0]).finish()];
}

function tableOf(bytes: number[], encoding = ENCODING): AbbreviationTable {
  const section = new SectionReader(new MemorySource(Uint8Array.from(bytes)), '.debug_abbrev', true);
  return new AbbreviationTable(section, 0, encoding);
}

const find = (bytes: number[], code: number, encoding = ENCODING): Abbreviation =>
  tableOf(bytes, encoding).find(code, CODE_AT);

describe('AbbreviationTable', () => {
  it('is read as far as it was asked for', () => {
    const declarations = [1, 2, 3, 4].flatMap((code) => declaration(code, 0x24));
    const table = tableOf([...declarations, 0]);
    table.find(2, CODE_AT);
    expect(table.count).toBe(2);
    table.find(1, CODE_AT);
    expect(table.count).toBe(2);
    expect(() => table.find(5, CODE_AT)).toThrow('abbreviation 5 is not declared');
    expect(table.count).toBe(4);
  });

  it('has codes in any order', () => {
    const table = tableOf([
      ...declaration(7, 0x24),
      ...declaration(1, 0x2e),
      ...declaration(90_000, 0x34),
      0,
    ]);
    expect([7, 1, 90_000].map((code) => table.find(code, CODE_AT).tag)).toEqual([0x24, 0x2e, 0x34]);
  });

  it('knows how long entries are: one number where all forms are of fixed size', () => {
    const fixed = declaration(
      1,
      0x34,
      [3, DW.DW_FORM_strp],
      [0x49, DW.DW_FORM_ref4],
      [0x3a, DW.DW_FORM_data1],
    );
    expect(find(fixed, 1)).toMatchObject({ fixedSize: 9 });
    expect(find(fixed, 1, { ...ENCODING, offsetSize: 8 })).toMatchObject({ fixedSize: 13 });
    const flag = declaration(1, 0x34, [0x3f, DW.DW_FORM_flag_present]);
    expect(find(flag, 1)).toMatchObject({ fixedSize: 0 });
    const variable = declaration(
      1,
      0x34,
      [3, DW.DW_FORM_strp],
      [2, DW.DW_FORM_exprloc],
      [0x3a, DW.DW_FORM_data1],
    );
    expect(find(variable, 1)).toMatchObject({ fixedSize: -1, steps: [4, STEP.block, 1] });
  });

  it('knows that a reference to another unit was as wide as an address in version 2', () => {
    const bytes = declaration(1, 0x1d, [0x31, DW.DW_FORM_ref_addr]);
    expect(find(bytes, 1, { ...ENCODING, version: 2 }).fixedSize).toBe(8);
    expect(find(bytes, 1, { ...ENCODING, version: 3 }).fixedSize).toBe(4);
  });

  it('tells functions and inlined calls, and those that may have code', () => {
    const declared = declaration(1, DW.DW_TAG_subprogram, [3, DW.DW_FORM_strp]);
    expect(find(declared, 1)).toMatchObject({ isSubroutine: true, mayHaveCode: false });
    const inlined = declaration(1, DW.DW_TAG_inlined_subroutine, [0x55, DW.DW_FORM_sec_offset]);
    expect(find(inlined, 1)).toMatchObject({ isSubroutine: true, mayHaveCode: true });
    expect(find(declaration(1, 0x0b, [0x11, DW.DW_FORM_addr]), 1)).toMatchObject({ isSubroutine: false });
  });

  it('takes constants that are in the table, also of 64 bits', () => {
    const bytes = new ByteWriter()
      .uleb(1)
      .uleb(0x34)
      .u8(0)
      .uleb(0x3a)
      .uleb(DW.DW_FORM_implicit_const)
      .sleb(-9);
    bytes
      .uleb(0x1c)
      .uleb(DW.DW_FORM_implicit_const)
      .sleb(-(2n ** 63n))
      .raw([0, 0]);
    expect(find([...bytes.finish()], 1).constants).toEqual([-9, -(2 ** 63)]);
  });

  it('refuses forms that it does not know, codes that are declared twice, and tables that are cut off', () => {
    expect(() => find(declaration(1, 0x34, [3, 0x99]), 1)).toThrow('form 0x99 is not known');
    expect(() => find([...declaration(1, 0x34), ...declaration(1, 0x34)], 2)).toThrow('declared twice');
    expect(() => find([...declaration(9, 0x34), ...declaration(9, 0x34)], 2)).toThrow('declared twice');
    expect(() => find(declaration(1, 0x34, [3, 8]).slice(0, -1), 1)).toThrow('truncated');
    expect(() => find(declaration(1, 0x34), 2)).toThrow('truncated');
  });
});
