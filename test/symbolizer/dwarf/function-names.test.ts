import { describe, expect, it } from 'vitest';
import * as DW from '../../../src/symbolizer/dwarf/constants.ts';
import { DwarfFile } from '../../../src/symbolizer/dwarf/dwarf-file.ts';
import { functionName } from '../../../src/symbolizer/dwarf/function-names.ts';
import { abstractFunction, compileUnit, writeInfo, type WrittenEntry } from '../../support/dwarf-writer.ts';
import { memorySections } from '../../support/elf-debug-sections.ts';

function fileOf(roots: WrittenEntry[], supplement: DwarfFile | null = null) {
  const { info, abbrev, entryAt, unitAt } = writeInfo(roots.map((root) => ({ root })));
  const sections = new Map([
    ['.debug_info', info],
    ['.debug_abbrev', abbrev],
    ['.debug_str', Buffer.from('\0_Z3foov\0foo\0')],
  ]);
  const file = new DwarfFile(memorySections(sections), { supplement });
  const nameOf = (entry: WrittenEntry, unit = 0): string =>
    functionName(file.unitAt(unitAt[unit]!), entryAt.get(entry)!);
  return { file, entryAt, nameOf };
}

const entry = (...attributes: WrittenEntry['attributes']): WrittenEntry => ({
  tag: DW.DW_TAG_subprogram,
  attributes,
});

describe('the name of a function', () => {
  it('is its linkage name, else its name', () => {
    const both = entry(
      [DW.DW_AT_name, DW.DW_FORM_string, 'foo'],
      [DW.DW_AT_linkage_name, DW.DW_FORM_strp, 1],
    );
    const old = entry([DW.DW_AT_MIPS_linkage_name, DW.DW_FORM_strp, 1], [DW.DW_AT_name, DW.DW_FORM_strp, 9]);
    const one = entry([DW.DW_AT_name, DW.DW_FORM_strp, 9]);
    const none = entry([DW.DW_AT_call_line, DW.DW_FORM_data1, 9]);
    const { nameOf } = fileOf([compileUnit([], both, old, one, none)]);
    expect([both, old, one, none].map((each) => nameOf(each))).toEqual(['_Z3foov', '_Z3foov', 'foo', '']);
  });

  it('is found along abstract origin and specification, a linkage name before a nearer name', () => {
    const declaration = entry(
      [DW.DW_AT_name, DW.DW_FORM_string, 'foo'],
      [DW.DW_AT_linkage_name, DW.DW_FORM_strp, 1],
    );
    const abstract = entry(
      [DW.DW_AT_specification, DW.DW_FORM_ref4, declaration],
      [DW.DW_AT_name, DW.DW_FORM_string, 'bar'],
    );
    const concrete = entry([DW.DW_AT_abstract_origin, DW.DW_FORM_ref4, abstract]);
    const { nameOf } = fileOf([compileUnit([], declaration, abstract, concrete)]);
    expect(nameOf(concrete)).toBe('_Z3foov');
  });

  it('is found in another unit, before and behind', () => {
    const there = abstractFunction('there');
    const here = entry([DW.DW_AT_abstract_origin, DW.DW_FORM_ref_addr, there]);
    const back = entry([DW.DW_AT_abstract_origin, DW.DW_FORM_ref_addr, here]);
    const { nameOf } = fileOf([compileUnit([], here), compileUnit([], there), compileUnit([], back)]);
    expect(nameOf(here, 0)).toBe('there');
    expect(nameOf(back, 2)).toBe('there');
  });

  it('is found in the supplementary file, by both forms of reference', () => {
    const moved = abstractFunction('moved');
    const partial: WrittenEntry = { tag: 0x3c, attributes: [], children: [moved] };
    const supplement = fileOf([partial]);
    const at = supplement.entryAt.get(moved)!;
    const gnu = entry([DW.DW_AT_abstract_origin, DW.DW_FORM_GNU_ref_alt, at]);
    const standard = entry([DW.DW_AT_abstract_origin, DW.DW_FORM_ref_sup4, at]);
    const wide = entry([DW.DW_AT_specification, DW.DW_FORM_ref_sup8, at]);
    const string = entry([DW.DW_AT_name, DW.DW_FORM_GNU_strp_alt, 9]);
    const root = compileUnit([], gnu, standard, wide, string);
    const { nameOf } = fileOf([root], supplement.file);
    expect([gnu, standard, wide, string].map((each) => nameOf(each))).toEqual([
      'moved',
      'moved',
      'moved',
      'foo',
    ]);
    const without = fileOf([root]);
    expect([gnu, standard, wide, string].map((each) => without.nameOf(each))).toEqual(['', '', '', '']);
  });

  it('ends where references lead in a circle', () => {
    const first = entry([DW.DW_AT_abstract_origin, DW.DW_FORM_ref4, 0]);
    const second = entry([DW.DW_AT_specification, DW.DW_FORM_ref4, first]);
    first.attributes[0]![2] = second;
    const both = entry(
      [DW.DW_AT_specification, DW.DW_FORM_ref4, first],
      [DW.DW_AT_abstract_origin, DW.DW_FORM_ref4, second],
    );
    const { nameOf } = fileOf([compileUnit([], first, second, both)]);
    expect([first, second, both].map((each) => nameOf(each))).toEqual(['', '', '']);
  });

  it('is refused where a reference leads out of its unit, or into none', () => {
    const out = entry([DW.DW_AT_abstract_origin, DW.DW_FORM_ref4, 0xffff]);
    const none = entry([DW.DW_AT_abstract_origin, DW.DW_FORM_ref_addr, 0xffff]);
    const header = entry([DW.DW_AT_abstract_origin, DW.DW_FORM_ref1, 1]);
    const { nameOf } = fileOf([compileUnit([], out, none, header)]);
    expect(() => nameOf(out)).toThrow('a reference out of its unit');
    expect(() => nameOf(none)).toThrow('a reference into no unit');
    expect(() => nameOf(header)).toThrow('a reference out of its unit');
  });
});
