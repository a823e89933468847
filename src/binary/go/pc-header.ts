// The header of a Go function table (runtime/symtab.go, pcHeader; before Go 1.16 golang.org/s/go12symtab).
import type { Cursor } from '../cursor.ts';
import { GO_1_16, GO_1_18, GO_1_2, GO_1_20, type GoTableVersion } from './constants.ts';

export interface PcHeader {
  version: GoTableVersion;
  /** Smallest instruction: what steps in pc-value tables are multiplied by. */
  quantum: number;
  pointerBytes: 4 | 8;
  functionCount: number;
  /** Address that function offsets count from. 0: in moduledata alone (Go 1.26), or functions have addresses. */
  textStart: number;
  // Bytes from the start of the table.
  names: number;
  /** Per compilation unit its files, as offsets into `files`. */
  units: number;
  files: number;
  pcValues: number;
  /** The functab. */
  functions: number;
  /** What the functab's offsets of function records count from. */
  records: number;
}

/** Bytes that any header takes at most: magic and sizes, then eight words. */
export const PC_HEADER_BYTES = 8 + 8 * 8;
const VERSIONS: readonly number[] = [GO_1_2, GO_1_16, GO_1_18, GO_1_20] satisfies GoTableVersion[];

/** Throws `BinaryFormatError`. `cursor` has the whole table, or its first `PC_HEADER_BYTES`. */
export function readPcHeader(cursor: Cursor): PcHeader {
  const magic = cursor.u32();
  if (!isVersion(magic)) cursor.fail('bad-magic', 'not a Go function table');
  if (cursor.u16() !== 0) cursor.fail('bad-value', 'padding that is not zero');
  const quantum = cursor.u8();
  if (quantum !== 1 && quantum !== 2 && quantum !== 4) {
    cursor.fail('bad-value', `instructions of ${quantum} bytes`);
  }
  const pointerBytes = cursor.u8();
  if (pointerBytes !== 4 && pointerBytes !== 8) cursor.fail('bad-value', `pointers of ${pointerBytes} bytes`);
  const word = (): number => cursor.word(pointerBytes === 8);
  const functionCount = word();
  const common = { version: magic, quantum, pointerBytes, functionCount } as const;
  if (magic === GO_1_2) return { ...common, ...offsetsOf12(cursor.offset) };
  word(); // nfiles
  const textStart = magic === GO_1_16 ? 0 : word();
  const [names, units, files, pcValues, functions] = [word(), word(), word(), word(), word()];
  return { ...common, textStart, names, units, files, pcValues, functions, records: functions };
}

function isVersion(magic: number): magic is GoTableVersion {
  return VERSIONS.includes(magic);
}

type Offsets = Omit<PcHeader, 'version' | 'quantum' | 'pointerBytes' | 'functionCount'>;

/** Everything counts from the table's start; where the files are is said behind the functab. */
function offsetsOf12(functions: number): Offsets {
  return { textStart: 0, names: 0, units: 0, files: 0, pcValues: 0, functions, records: 0 };
}
