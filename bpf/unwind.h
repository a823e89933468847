/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The only definition of unwind tables: as src/unwind/ compiles them from .eh_frame, as native/ loads them, and as
 * the walker (walk.h) reads them. Includes nothing but wire.h. native/print-unwind.c prints
 * src/unwind/table-layout.gen.ts from it.
 *
 * Code is addressed by file offset: what a mapping record gives without its file having been read.
 */
#ifndef PILOTLIGHT_UNWIND_H
#define PILOTLIGHT_UNWIND_H

#include "wire.h"

/* How the canonical frame address is found. SP and FP are the machine's stack and frame pointer. */
enum pl_cfa_kind {
	PL_CFA_NONE = 0,        /* no FDE covers the address */
	PL_CFA_UNSUPPORTED = 1, /* an FDE does, with a rule that this format cannot express */
	PL_CFA_END = 2,         /* the return address is undefined: the outermost frame */
	PL_CFA_SP = 3,          /* SP + cfa_offset */
	PL_CFA_FP = 4,          /* FP + cfa_offset */
	PL_CFA_REGISTER = 5,    /* register cfa_register + cfa_offset; known in the innermost frame only */
	PL_CFA_PLT = 6,         /* SP + cfa_offset + ((pc & 15) >= cfa_add ? 8 : 0): a PLT's stubs */
	PL_CFA_DEREF_SP = 7,    /* *(SP + cfa_offset) + cfa_add */
	PL_CFA_DEREF_FP = 8,    /* *(FP + cfa_offset) + cfa_add */
	/* A signal's frame: CFA = *(SP + cfa_offset), FP at SP + fp_offset, return address at SP + ra_offset.
	 * The frame after it was interrupted, not left by a call: its address is exact. */
	PL_CFA_SIGNAL = 9,
	/* Where a run time changes stacks and keeps the frame pointer of the one it left: FP + cfa_offset, on that stack. */
	PL_CFA_SWITCH = 10,
};

enum pl_fp_kind {
	PL_FP_SAME = 0,     /* not saved: as it is */
	PL_FP_AT_CFA = 1,   /* *(CFA + fp_offset) */
	PL_FP_AT_FP = 2,    /* *(FP + fp_offset) */
	PL_FP_AT_SP = 3,    /* *(SP + fp_offset) */
	PL_FP_BELOW_RA = 4, /* as PL_FP_AT_CFA; not from call frame information but by a convention (Go's) */
};

enum pl_ra_kind {
	PL_RA_AT_CFA = 0,   /* *(CFA + ra_offset) */
	PL_RA_REGISTER = 1, /* register ra_offset (a DWARF number); known in the innermost frame only */
};

/* 20 bytes: five words of the arena. */
struct pl_rule {
	pl_u8 cfa_kind;
	pl_u8 cfa_register; /* DWARF number */
	pl_u8 fp_kind;
	pl_u8 ra_kind;
	int cfa_offset;
	int cfa_add;
	int fp_offset;
	int ra_offset;
};

/* Rows are grouped by 8 KiB pages of the file: a search among some 200 rows touches few cache lines. */
#define PL_PAGE_BITS 13
/* Pages that a table may span: 2 GiB of file. What lies beyond has no rows. */
#define PL_MAX_PAGES (1 << 18)

/* Rows of one page, sorted. The first row of a page that has any is at offset 0: no search leaves its page. */
struct pl_page {
	pl_u32 first_row; /* of the table; once loaded, word of the arena */
	pl_u32 rows;
};

/* A row holds from its offset to the next row's: offset in the page << 16 | rule. Rule 0 is always PL_CFA_NONE. */
#define PL_ROW(offset, rule) ((pl_u32)(offset) << 16 | (rule))

#define PL_TABLE_MAGIC 0x54554c50 /* "PLUT" */
#define PL_TABLE_VERSION 2

/* A compiled table as bytes: this header, then rules, pages, rows. All little endian. */
struct pl_table_header {
	pl_u32 magic;
	pl_u32 version;
	pl_u32 rule_count;
	pl_u32 first_page; /* file offset >> PL_PAGE_BITS */
	pl_u32 page_count;
	pl_u32 row_count;
	pl_u32 code_bytes; /* in the file, of executable segments: what the rows do not cover of it has no CFI */
	pl_u32 reserved;
};

PL_ASSERT(sizeof(struct pl_rule) == 20, "pl_rule is five words");
PL_ASSERT(sizeof(struct pl_page) == 8, "pl_page is two words");
PL_ASSERT(sizeof(struct pl_table_header) == 32, "pl_table_header is 32 bytes");

#endif
