// AttributeReader: one attribute value after the other, as numbers.
import type { Encoding } from './encoding.ts';
import * as DW from './constants.ts';
import { formSizes, readIndirectForm, skipForm } from './forms.ts';
import type { HotCursor } from './hot-cursor.ts';

/**
 * Takes no memory per value: what was read stands in `form` and `value` until the next one. Indexes and offsets are
 * left as they are; `Unit` says what they lead to.
 */
export class AttributeReader {
  /** Form of the last value, never DW_FORM_indirect. */
  form = 0;
  /**
   * An address, a constant, an index or an offset, inexact from 2^53 on; for a string that stands in the entry itself
   * (DW_FORM_string) its offset in the section; 0 for blocks and for 16 bytes of data.
   */
  value = 0;
  private readonly encoding: Encoding;
  private readonly sizes: Int8Array;

  constructor(encoding: Encoding) {
    this.encoding = encoding;
    this.sizes = formSizes(encoding);
  }

  /** `constant`: of DW_FORM_implicit_const. */
  read(cursor: HotCursor, form: number, constant: number): void {
    this.form = form;
    // Nearly all values are numbers of so many bytes; what else they are does not matter here.
    switch (form < this.sizes.length ? this.sizes[form]! : 0) {
      case 1:
        this.value = cursor.u8();
        return;
      case 2:
        this.value = cursor.u16();
        return;
      case 3:
        this.value = cursor.u24();
        return;
      case 4:
        this.value = cursor.u32();
        return;
      case 8:
        this.value = cursor.u64();
        return;
      default:
        this.value = this.otherValue(cursor, form, constant);
    }
  }

  private otherValue(cursor: HotCursor, form: number, constant: number): number {
    switch (form) {
      case DW.DW_FORM_implicit_const:
        return constant;
      case DW.DW_FORM_flag_present:
        return 1;
      case DW.DW_FORM_sdata:
        return cursor.sleb();
      case DW.DW_FORM_udata:
      case DW.DW_FORM_ref_udata:
      case DW.DW_FORM_strx:
      case DW.DW_FORM_addrx:
      case DW.DW_FORM_rnglistx:
      case DW.DW_FORM_loclistx:
      case DW.DW_FORM_GNU_addr_index:
      case DW.DW_FORM_GNU_str_index:
        return cursor.uleb();
      case DW.DW_FORM_GNU_ref_alt:
      case DW.DW_FORM_GNU_strp_alt:
        return cursor.word(this.encoding.offsetSize);
      case DW.DW_FORM_indirect:
        this.read(cursor, readIndirectForm(cursor), 0);
        return this.value;
      default:
        return this.placeOf(cursor, form);
    }
  }

  private placeOf(cursor: HotCursor, form: number): number {
    const place = cursor.offset;
    skipForm(cursor, form, this.encoding);
    return form === DW.DW_FORM_string ? place : 0;
  }
}
