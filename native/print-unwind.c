// Prints src/unwind/table-layout.gen.ts from bpf/unwind.h (`npm run generate`).
#include <stddef.h>
#include <stdio.h>

#include "../bpf/unwind.h"

#define FIELD(type, field) printf("  " #field ": %zu,\n", offsetof(struct type, field))
#define KIND(prefix, name) printf("  " #name ": %d,\n", prefix##_##name)

static void print_kinds(void)
{
	printf("/** `enum pl_cfa_kind`: how the canonical frame address is found. */\nexport const CFA = {\n");
	KIND(PL_CFA, NONE);
	KIND(PL_CFA, UNSUPPORTED);
	KIND(PL_CFA, END);
	KIND(PL_CFA, SP);
	KIND(PL_CFA, FP);
	KIND(PL_CFA, REGISTER);
	KIND(PL_CFA, PLT);
	KIND(PL_CFA, DEREF_SP);
	KIND(PL_CFA, DEREF_FP);
	KIND(PL_CFA, SIGNAL);
	KIND(PL_CFA, SWITCH);
	printf("} as const;\n\n/** `enum pl_fp_kind`: where the caller's frame pointer is. */\nexport const FP = {\n");
	KIND(PL_FP, SAME);
	KIND(PL_FP, AT_CFA);
	KIND(PL_FP, AT_FP);
	KIND(PL_FP, AT_SP);
	KIND(PL_FP, BELOW_RA);
	printf("} as const;\n\n/** `enum pl_ra_kind`: where the return address is. */\nexport const RA = {\n");
	KIND(PL_RA, AT_CFA);
	KIND(PL_RA, REGISTER);
	printf("} as const;\n\n");
}

static void print_structs(void)
{
	printf("/** Offsets in bytes of `struct pl_rule`. */\nexport const RULE = {\n");
	FIELD(pl_rule, cfa_kind);
	FIELD(pl_rule, cfa_register);
	FIELD(pl_rule, fp_kind);
	FIELD(pl_rule, ra_kind);
	FIELD(pl_rule, cfa_offset);
	FIELD(pl_rule, cfa_add);
	FIELD(pl_rule, fp_offset);
	FIELD(pl_rule, ra_offset);
	printf("  bytes: %zu,\n} as const;\n\n", sizeof(struct pl_rule));

	printf("/** Offsets in bytes of `struct pl_page`. */\nexport const PAGE = {\n");
	FIELD(pl_page, first_row);
	FIELD(pl_page, rows);
	printf("  bytes: %zu,\n} as const;\n\n", sizeof(struct pl_page));

	printf("/** Offsets in bytes of `struct pl_table_header`. */\nexport const HEADER = {\n");
	FIELD(pl_table_header, magic);
	FIELD(pl_table_header, version);
	FIELD(pl_table_header, rule_count);
	FIELD(pl_table_header, first_page);
	FIELD(pl_table_header, page_count);
	FIELD(pl_table_header, row_count);
	FIELD(pl_table_header, code_bytes);
	printf("  bytes: %zu,\n} as const;\n\n", sizeof(struct pl_table_header));
}

int main(void)
{
	printf("// Generated from bpf/unwind.h by `npm run generate`. Do not edit.\n\n");
	print_kinds();
	print_structs();
	printf("export const TABLE_MAGIC = 0x%x;\nexport const TABLE_VERSION = %d;\n", PL_TABLE_MAGIC, PL_TABLE_VERSION);
	printf("export const PAGE_BITS = %d;\nexport const MAX_PAGES = %d;\n", PL_PAGE_BITS, PL_MAX_PAGES);
	// PL_ROW, taken apart.
	printf("export const ROW_OFFSET_SHIFT = %d;\n", __builtin_ctz(PL_ROW(1, 0)));
	printf("/** A row's bytes. */\nexport const ROW_BYTES = %zu;\n", sizeof(PL_ROW(0, 0)));
	return 0;
}
