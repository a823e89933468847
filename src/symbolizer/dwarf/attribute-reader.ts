// AttributeReader: one attribute value after the other, as numbers.
import type { Encoding } from './encoding.ts';
import * as DW from './constants.ts';
import { readIndirectForm, skipForm } from './forms.ts';
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
   * (DW_FORM_string) its offset in the section; 0 for blocks.
   */
  value = 0;
  private readonly encoding: Encoding;

  constructor(encoding: Encoding) {
    this.encoding = encoding;
  }

  /** `constant`: of DW_FORM_implicit_const. */
  read(cursor: HotCursor, form: number, constant: number): void {
    this.form = form === DW.DW_FORM_indirect ? readIndirectForm(cursor) : form;
    this.value = this.form === DW.DW_FORM_implicit_const ? constant : this.narrowValueOf(cursor, this.form);
  }

  private narrowValueOf(cursor: HotCursor, form: number): number {
    switch (form) {
      case DW.DW_FORM_addr:
        return cursor.word(this.encoding.addressSize);
      case DW.DW_FORM_data1:
      case DW.DW_FORM_flag:
      case DW.DW_FORM_ref1:
      case DW.DW_FORM_strx1:
      case DW.DW_FORM_addrx1:
        return cursor.u8();
      case DW.DW_FORM_data2:
      case DW.DW_FORM_ref2:
      case DW.DW_FORM_strx2:
      case DW.DW_FORM_addrx2:
        return cursor.u16();
      case DW.DW_FORM_strx3:
      case DW.DW_FORM_addrx3:
        return cursor.u24();
      case DW.DW_FORM_data4:
      case DW.DW_FORM_ref4:
      case DW.DW_FORM_ref_sup4:
      case DW.DW_FORM_strx4:
      case DW.DW_FORM_addrx4:
        return cursor.u32();
      case DW.DW_FORM_data8:
      case DW.DW_FORM_ref8:
      case DW.DW_FORM_ref_sup8:
        return cursor.u64();
      default:
        return this.wideValueOf(cursor, form);
    }
  }

  private wideValueOf(cursor: HotCursor, form: number): number {
    switch (form) {
      case DW.DW_FORM_udata:
      case DW.DW_FORM_ref_udata:
      case DW.DW_FORM_strx:
      case DW.DW_FORM_addrx:
      case DW.DW_FORM_rnglistx:
      case DW.DW_FORM_loclistx:
      case DW.DW_FORM_GNU_addr_index:
      case DW.DW_FORM_GNU_str_index:
        return cursor.uleb();
      case DW.DW_FORM_sdata:
        return cursor.sleb();
      case DW.DW_FORM_strp:
      case DW.DW_FORM_line_strp:
      case DW.DW_FORM_strp_sup:
      case DW.DW_FORM_sec_offset:
      case DW.DW_FORM_GNU_ref_alt:
      case DW.DW_FORM_GNU_strp_alt:
        return cursor.word(this.encoding.offsetSize);
      case DW.DW_FORM_ref_addr:
        return cursor.word(
          this.encoding.version === 2 ? this.encoding.addressSize : this.encoding.offsetSize,
        );
      case DW.DW_FORM_flag_present:
        return 1;
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
