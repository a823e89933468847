// The calls that the compiler put into a function's own code (runtime/symtabinl.go, inlinedCall).
import { GO_1_20, type GoTableVersion } from '../../binary/go/constants.ts';
import type { FilePages } from '../../binary/go/file-pages.ts';
import type { MappedPlaces } from '../../binary/go/mapped-place.ts';

export interface InlinedCall {
  /** Offset of the called function's name among names. */
  name: number;
  /** An instruction of the caller (bytes from the function's entry): its place in the source is that of the call. */
  parentPc: number;
}

/** Since Go 1.20: funcID and padding, nameOff, parentPc, startLine. */
const RECORD = { bytes: 16, name: 4, parentPc: 8 };
/** Before: parent, funcID and padding, file, line, func, parentPc. */
const RECORD_BEFORE_1_20 = { bytes: 20, name: 12, parentPc: 16 };

/** Null where the file does not have the record. */
export function readInlinedCall(
  pages: FilePages,
  places: MappedPlaces,
  version: GoTableVersion,
  tree: number,
  index: number,
): InlinedCall | null {
  const record = version === GO_1_20 ? RECORD : RECORD_BEFORE_1_20;
  const place = places.find(tree + index * record.bytes, record.bytes);
  if (place === null) return null;
  return { name: pages.u32(place + record.name), parentPc: pages.u32(place + record.parentPc) };
}
