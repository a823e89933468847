// Zstandard: RFC 8878. Spellings as there.
import { buildFseTable, type FseTable } from './fse-table.ts';

export const Magic_Number = 0xfd2f_b528;
/** Skippable frames: 0x184D2A50 to 0x184D2A5F. */
export const Skippable_Magic = 0x184d_2a50;

export const Raw_Block = 0;
export const RLE_Block = 1;
export const Compressed_Block = 2;
export const Block_Maximum_Size = 128 * 1024;

export const Raw_Literals_Block = 0;
export const RLE_Literals_Block = 1;
export const Compressed_Literals_Block = 2;

export const Predefined_Mode = 0;
export const RLE_Mode = 1;
export const FSE_Compressed_Mode = 2;

/** One kind of code of a sequence: limits of its table, and what its codes stand for (3.1.1.3.2.1). */
export interface CodeKind {
  name: string;
  accuracy: number;
  symbols: number;
  /** Codes are for `baseline` plus so many extra bits; offset codes are their own number of bits. */
  baseline: Int32Array;
  extraBits: Uint8Array;
  /** Predefined_Mode. */
  predefined: FseTable;
}

const literalsLengthBits = [
  ...new Array<number>(16).fill(0),
  ...[1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
];
const matchLengthBits = [
  ...new Array<number>(32).fill(0),
  ...[1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
];

/** Each code begins where the one before it ends. */
function baselines(extraBits: readonly number[], first: number): Int32Array {
  let next = first;
  return Int32Array.from(extraBits, (bits) => {
    const base = next;
    next += 2 ** bits;
    return base;
  });
}

function predefined(accuracy: number, counts: readonly number[]): FseTable {
  return buildFseTable(Int16Array.from(counts), counts.length, accuracy, 'zstd');
}

export const LITERALS_LENGTH: CodeKind = {
  name: 'literals length',
  accuracy: 9,
  symbols: 36,
  baseline: baselines(literalsLengthBits, 0),
  extraBits: Uint8Array.from(literalsLengthBits),
  predefined: predefined(6, [
    ...[4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1],
    ...[-1, -1, -1, -1],
  ]),
};

export const MATCH_LENGTH: CodeKind = {
  name: 'match length',
  accuracy: 9,
  symbols: 53,
  baseline: baselines(matchLengthBits, 3),
  extraBits: Uint8Array.from(matchLengthBits),
  predefined: predefined(6, [
    ...[1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    ...[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1],
  ]),
};

export const OFFSET: CodeKind = {
  name: 'offset',
  accuracy: 8,
  symbols: 32,
  baseline: new Int32Array(0),
  extraBits: Uint8Array.from({ length: 32 }, (_, code) => code),
  predefined: predefined(5, [
    ...[1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1],
  ]),
};
