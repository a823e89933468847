// Generated from bpf/unwind.h by `npm run generate`. Do not edit.

/** `enum pl_cfa_kind`: how the canonical frame address is found. */
export const CFA = {
  NONE: 0,
  UNSUPPORTED: 1,
  END: 2,
  SP: 3,
  FP: 4,
  REGISTER: 5,
  PLT: 6,
  DEREF_SP: 7,
  DEREF_FP: 8,
  SIGNAL: 9,
  SWITCH: 10,
} as const;

/** `enum pl_fp_kind`: where the caller's frame pointer is. */
export const FP = {
  SAME: 0,
  AT_CFA: 1,
  AT_FP: 2,
  AT_SP: 3,
  BELOW_RA: 4,
} as const;

/** `enum pl_ra_kind`: where the return address is. */
export const RA = {
  AT_CFA: 0,
  REGISTER: 1,
} as const;

/** Offsets in bytes of `struct pl_rule`. */
export const RULE = {
  cfa_kind: 0,
  cfa_register: 1,
  fp_kind: 2,
  ra_kind: 3,
  cfa_offset: 4,
  cfa_add: 8,
  fp_offset: 12,
  ra_offset: 16,
  bytes: 20,
} as const;

/** Offsets in bytes of `struct pl_page`. */
export const PAGE = {
  first_row: 0,
  rows: 4,
  bytes: 8,
} as const;

/** Offsets in bytes of `struct pl_table_header`. */
export const HEADER = {
  magic: 0,
  version: 4,
  rule_count: 8,
  first_page: 12,
  page_count: 16,
  row_count: 20,
  code_bytes: 24,
  bytes: 32,
} as const;

export const TABLE_MAGIC = 0x54554c50;
export const TABLE_VERSION = 2;
export const PAGE_BITS = 13;
export const MAX_PAGES = 262144;
export const ROW_OFFSET_SHIFT = 16;
/** A row's bytes. */
export const ROW_BYTES = 4;
