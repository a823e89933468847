// The first entry of a unit: what it says of the unit as a whole (DWARF 5, 3.1.1).
import type { AbbreviationTable } from './abbreviations.ts';
import { AttributeReader } from './attribute-reader.ts';
import * as DW from './constants.ts';
import type { SectionReader } from './section-reader.ts';
import { readId, type UnitHeader } from './unit-header.ts';

export interface RawAttribute {
  /** DW_FORM_… */
  form: number;
  /** As `AttributeReader` leaves it. */
  value: number;
}

export interface RootEntry {
  /** DW_TAG_compile_unit, … */
  tag: number;
  hasChildren: boolean;
  /** By DW_AT_…, those that are asked for. */
  attributes: ReadonlyMap<number, RawAttribute>;
  /** DW_AT_GNU_dwo_id, or the header's; 0 where there is none. */
  dwoId: bigint;
}

/** The longest entry that is read by itself: 100 bytes are usual, strings inside it may be long. */
export const MAX_ENTRY_BYTES = 16 << 10;

const WANTED = new Set([
  DW.DW_AT_stmt_list,
  DW.DW_AT_low_pc,
  DW.DW_AT_high_pc,
  DW.DW_AT_ranges,
  DW.DW_AT_comp_dir,
  DW.DW_AT_str_offsets_base,
  DW.DW_AT_addr_base,
  DW.DW_AT_rnglists_base,
  DW.DW_AT_dwo_name,
  DW.DW_AT_GNU_dwo_name,
  DW.DW_AT_GNU_ranges_base,
  DW.DW_AT_GNU_addr_base,
]);

/** Throws `BinaryFormatError`. */
export function readRootEntry(info: SectionReader, header: UnitHeader, table: AbbreviationTable): RootEntry {
  const { firstEntry, end } = header;
  const cursor = info.at(firstEntry, Math.min(end - firstEntry, MAX_ENTRY_BYTES));
  const attributes = new Map<number, RawAttribute>();
  let { dwoId } = header;
  const code = cursor.uleb();
  if (code === 0) return { tag: 0, hasChildren: false, attributes, dwoId };
  const { tag, hasChildren, names, forms, constants } = table.find(code, cursor);
  const reader = new AttributeReader(header);
  for (let i = 0; i < names.length; i++) {
    const { at } = cursor;
    reader.read(cursor, forms[i]!, constants[i]!);
    if (WANTED.has(names[i]!)) attributes.set(names[i]!, { form: reader.form, value: reader.value });
    if (names[i] !== DW.DW_AT_GNU_dwo_id || reader.form !== DW.DW_FORM_data8) continue;
    cursor.at = at;
    dwoId = readId(cursor);
  }
  return { tag, hasChildren, attributes, dwoId };
}
