// What the table says about one function (runtime/runtime2.go, _func).
import {
  FUNCDATA_InlTree,
  GO_1_2,
  GO_1_20,
  hasAddresses,
  NO_OFFSET,
  PCDATA_InlTreeIndex,
} from './constants.ts';
import type { GoTable } from './go-table.ts';

export interface FunctionRecord {
  /** Offset among names. */
  name: number;
  // Offsets among pc-value tables; 0: there is none.
  filePcValues: number;
  linePcValues: number;
  inlinePcValues: number;
  /** Index of the compilation unit's first file; before Go 1.16 there are no units. */
  unit: number;
  /**
   * Of the function's inlined calls: an offset from moduledata's gofunc since Go 1.18, an address before. Null where
   * there are none.
   */
  inlineTree: number | null;
}

/** Throws `BinaryFormatError`. `at`: bytes from the start of the table. */
export function readFunctionRecord(table: GoTable, at: number): FunctionRecord {
  const { version } = table.header;
  const old = hasAddresses(version);
  // The entry, then words: name, args, deferreturn, pcsp, pcfile, pcln, npcdata, unit (1.16), first line (1.20).
  const words = at + entryBytes(table);
  const word = (index: number): number => table.u32(words + 4 * index);
  const pcDataCount = word(6);
  const hasUnit = version !== GO_1_2;
  const tail = words + 4 * (7 + (hasUnit ? 1 : 0) + (version === GO_1_20 ? 1 : 0));
  const arrays = tail + 4; // funcID, flag, padding, nfuncdata
  const dataCount = table.u8(tail + 3);
  return {
    name: word(0),
    filePcValues: word(4),
    linePcValues: word(5),
    inlinePcValues: pcDataCount > PCDATA_InlTreeIndex ? table.u32(arrays + 4 * PCDATA_InlTreeIndex) : 0,
    unit: hasUnit ? word(7) : 0,
    inlineTree: dataCount > FUNCDATA_InlTree ? readInlineTree(table, arrays + 4 * pcDataCount, old) : null,
  };
}

/** Of the record at `at`, the offset among names alone. Throws `BinaryFormatError`. */
export function readNameOffset(table: GoTable, at: number): number {
  return table.u32(at + entryBytes(table));
}

/** A function's entry, which its record begins with. */
function entryBytes({ header }: GoTable): number {
  return hasAddresses(header.version) ? header.pointerBytes : 4;
}

function readInlineTree(table: GoTable, functionData: number, isPointer: boolean): number | null {
  const { pointerBytes } = table.header;
  if (!isPointer) {
    const offset = table.u32(functionData + 4 * FUNCDATA_InlTree);
    return offset === NO_OFFSET ? null : offset;
  }
  // Aligned in memory, as the table itself is.
  const aligned = Math.ceil(functionData / pointerBytes) * pointerBytes;
  const at = table.place(aligned + pointerBytes * FUNCDATA_InlTree, pointerBytes);
  const address = table.pages.pointer(at, pointerBytes);
  // Where the loader fills pointers in (PIE), the file has zeros.
  return address === 0 ? null : address;
}
