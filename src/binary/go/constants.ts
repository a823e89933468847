// Numbers of Go's function table, `.gopclntab` (runtime/symtab.go, internal/abi/symtab.go, cmd/link/internal/ld/pcln.go).

/** First four bytes of the table, by the release that changed its form. */
export const GO_1_2 = 0xffff_fffb;
export const GO_1_16 = 0xffff_fffa;
export const GO_1_18 = 0xffff_fff0;
export const GO_1_20 = 0xffff_fff1;

export type GoTableVersion = typeof GO_1_2 | typeof GO_1_16 | typeof GO_1_18 | typeof GO_1_20;

/** Before Go 1.18 functions and their data have addresses; since then offsets, which need no relocations. */
export function hasAddresses(version: GoTableVersion): boolean {
  return version === GO_1_2 || version === GO_1_16;
}

/** Index of the pc-value table that says which inlined call an instruction belongs to. */
export const PCDATA_InlTreeIndex = 2;
/** Index of the function's inlined calls among its other data. */
export const FUNCDATA_InlTree = 3;
/** Of a 32-bit offset: there is nothing. */
export const NO_OFFSET = 0xffff_ffff;
