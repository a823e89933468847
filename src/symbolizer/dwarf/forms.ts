// Forms of attribute values (DWARF 5, 7.5.6): how long they are, and what they hold.
import type { Encoding } from './encoding.ts';
import * as DW from './constants.ts';
import type { HotCursor } from './hot-cursor.ts';

/** What follows a form whose length is not fixed. Negative: positive steps are numbers of bytes. */
export const STEP = {
  leb: -1,
  string: -2,
  block: -3,
  block1: -4,
  block2: -5,
  block4: -6,
  indirect: -7,
} as const;

/** Bytes that a value takes, a `STEP`, or null for a form that is not known. */
export function formSize(form: number, encoding: Encoding): number | null {
  switch (form) {
    case DW.DW_FORM_flag_present:
    case DW.DW_FORM_implicit_const:
      return 0;
    case DW.DW_FORM_data1:
    case DW.DW_FORM_flag:
    case DW.DW_FORM_ref1:
    case DW.DW_FORM_strx1:
    case DW.DW_FORM_addrx1:
      return 1;
    case DW.DW_FORM_data2:
    case DW.DW_FORM_ref2:
    case DW.DW_FORM_strx2:
    case DW.DW_FORM_addrx2:
      return 2;
    case DW.DW_FORM_strx3:
    case DW.DW_FORM_addrx3:
      return 3;
    case DW.DW_FORM_data4:
    case DW.DW_FORM_ref4:
    case DW.DW_FORM_ref_sup4:
    case DW.DW_FORM_strx4:
    case DW.DW_FORM_addrx4:
      return 4;
    case DW.DW_FORM_data8:
    case DW.DW_FORM_ref8:
    case DW.DW_FORM_ref_sig8:
    case DW.DW_FORM_ref_sup8:
      return 8;
    case DW.DW_FORM_data16:
      return 16;
    default:
      return sizeByEncoding(form, encoding);
  }
}

function sizeByEncoding(form: number, { version, addressSize, offsetSize }: Encoding): number | null {
  switch (form) {
    case DW.DW_FORM_addr:
      return addressSize;
    case DW.DW_FORM_ref_addr:
      // DWARF 2 had it as wide as an address.
      return version === 2 ? addressSize : offsetSize;
    case DW.DW_FORM_strp:
    case DW.DW_FORM_line_strp:
    case DW.DW_FORM_strp_sup:
    case DW.DW_FORM_sec_offset:
    case DW.DW_FORM_GNU_ref_alt:
    case DW.DW_FORM_GNU_strp_alt:
      return offsetSize;
    default:
      return variableSize(form);
  }
}

function variableSize(form: number): number | null {
  switch (form) {
    case DW.DW_FORM_udata:
    case DW.DW_FORM_sdata:
    case DW.DW_FORM_ref_udata:
    case DW.DW_FORM_strx:
    case DW.DW_FORM_addrx:
    case DW.DW_FORM_loclistx:
    case DW.DW_FORM_rnglistx:
    case DW.DW_FORM_GNU_addr_index:
    case DW.DW_FORM_GNU_str_index:
      return STEP.leb;
    case DW.DW_FORM_string:
      return STEP.string;
    case DW.DW_FORM_block:
    case DW.DW_FORM_exprloc:
      return STEP.block;
    case DW.DW_FORM_block1:
      return STEP.block1;
    case DW.DW_FORM_block2:
      return STEP.block2;
    case DW.DW_FORM_block4:
      return STEP.block4;
    case DW.DW_FORM_indirect:
      return STEP.indirect;
    default:
      return null;
  }
}

/** In a table of `formSizes`: the form is not known. */
export const UNKNOWN_FORM = -128;
/** All forms of the standard; those of GNU are far above. */
const STANDARD_FORMS = DW.DW_FORM_addrx4 + 1;

const tables = new Map<string, Int8Array>();

/** `formSize` of every standard form, as a table. */
export function formSizes(encoding: Encoding): Int8Array {
  const key = `${encoding.version === 2 ? 2 : 3}/${encoding.addressSize}/${encoding.offsetSize}`;
  const known = tables.get(key);
  if (known !== undefined) return known;
  const table = new Int8Array(STANDARD_FORMS);
  for (let form = 0; form < STANDARD_FORMS; form++) table[form] = formSize(form, encoding) ?? UNKNOWN_FORM;
  tables.set(key, table);
  return table;
}

/** Moves over one value; `step` as `formSize` gave it. */
export function skipStep(cursor: HotCursor, step: number, encoding: Encoding): void {
  if (step >= 0) return cursor.skip(step);
  switch (step) {
    case STEP.leb:
      return cursor.skipLeb();
    case STEP.string:
      return cursor.skipString();
    case STEP.block:
      return cursor.skip(cursor.uleb());
    case STEP.block1:
      return cursor.skip(cursor.u8());
    case STEP.block2:
      return cursor.skip(cursor.u16());
    case STEP.block4:
      return cursor.skip(cursor.u32());
    default:
      return skipForm(cursor, readIndirectForm(cursor), encoding);
  }
}

export function skipForm(cursor: HotCursor, form: number, encoding: Encoding): void {
  const size = formSize(form, encoding);
  if (size === null) cursor.fail('bad-value', `form 0x${form.toString(16)} is not known`);
  skipStep(cursor, size, encoding);
}

/** DW_FORM_indirect: the form stands before the value. One that leads to another could do so for ever. */
export function readIndirectForm(cursor: HotCursor): number {
  const form = cursor.uleb();
  if (form === DW.DW_FORM_indirect || form === DW.DW_FORM_implicit_const) {
    cursor.fail('bad-value', `indirect form 0x${form.toString(16)}`);
  }
  return form;
}

/** A reference within the unit, counted from the unit's header. */
export function isUnitReference(form: number): boolean {
  return form >= DW.DW_FORM_ref1 && form <= DW.DW_FORM_ref_udata;
}
