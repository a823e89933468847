// Huffman coding of literals (RFC 8878, 4.2).
import { BinaryFormatError } from '../../binary-format-error.ts';
import { BackwardBits } from './backward-bits.ts';
import { readFseTable, type FseTable } from './fse-table.ts';

export interface HuffmanTable {
  maxBits: number;
  /** By the next `maxBits` bits: the symbol, and how many of them it takes. */
  symbol: Uint8Array;
  bits: Uint8Array;
}

const MAX_BITS = 11;
/** The weight of the last symbol is not written: 256 symbols have 255 weights. */
const MAX_WEIGHTS = 255;
const WEIGHT_LIMITS = { accuracy: 6, symbols: MAX_BITS + 2 };

/** 4.2.1: a tree description at `bytes[at, end)`. `end` of the result is where it stops. */
export function readHuffmanTable(
  bytes: Uint8Array,
  at: number,
  end: number,
  section: string,
): { table: HuffmanTable; end: number } {
  if (at >= end) throw new BinaryFormatError('truncated', section, at, 'no Huffman table');
  const header = bytes[at]!;
  const weights = new Uint8Array(MAX_WEIGHTS + 1);
  const packed = header < 128 ? header : (header - 126) >> 1;
  const stop = at + 1 + packed;
  if (stop > end) throw new BinaryFormatError('truncated', section, at, 'a Huffman table is cut off');
  const count =
    header < 128
      ? unpackWeights(bytes, at + 1, stop, weights, section)
      : plainWeights(bytes, at + 1, header - 127, weights);
  return { table: buildTable(weights, count, section), end: stop };
}

/** 4.2.1.1: four bits each, the higher half first. */
function plainWeights(bytes: Uint8Array, at: number, count: number, weights: Uint8Array): number {
  for (let i = 0; i < count; i++)
    weights[i] = i % 2 === 0 ? bytes[at + (i >> 1)]! >> 4 : bytes[at + (i >> 1)]! & 15;
  return count;
}

/** 4.2.1.2: two states take turns until the bits run out; then the other one gives the last weight. */
function unpackWeights(
  bytes: Uint8Array,
  at: number,
  end: number,
  weights: Uint8Array,
  section: string,
): number {
  const { table, end: start } = readFseTable(bytes, at, end, WEIGHT_LIMITS, section);
  const stream = new BackwardBits(bytes, start, end, section);
  let state = stream.read(table.accuracy);
  let other = stream.read(table.accuracy);
  // A table may take no bits at all: the number of weights ends the loop as well.
  for (let count = 0; count + 2 <= MAX_WEIGHTS;) {
    weights[count++] = table.symbol[state]!;
    const next = nextState(table, state, stream);
    if (stream.left < 0) {
      weights[count++] = table.symbol[other]!;
      return count;
    }
    state = other;
    other = next;
  }
  throw new BinaryFormatError('bad-value', section, at, 'Huffman weights without an end');
}

function nextState(table: FseTable, state: number, stream: BackwardBits): number {
  return table.base[state]! + stream.read(table.bits[state]!);
}

/** 4.2.1.3: weight w means 2^(w-1) of the table's entries; the last symbol takes what is left to a power of two. */
function buildTable(weights: Uint8Array, count: number, section: string): HuffmanTable {
  const bad = (detail: string): BinaryFormatError => new BinaryFormatError('bad-value', section, 0, detail);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    if (weights[i]! > MAX_BITS) throw bad(`a Huffman weight of ${weights[i]!}`);
    if (weights[i]! > 0) sum += 1 << (weights[i]! - 1);
  }
  const maxBits = 32 - Math.clz32(sum);
  if (sum === 0 || maxBits > MAX_BITS) throw bad('Huffman weights that make no tree');
  const rest = (1 << maxBits) - sum;
  if ((rest & (rest - 1)) !== 0) throw bad('Huffman weights that do not fill up');
  weights[count] = 32 - Math.clz32(rest);
  return fillTable(weights, count + 1, maxBits);
}

function fillTable(weights: Uint8Array, count: number, maxBits: number): HuffmanTable {
  const symbol = new Uint8Array(1 << maxBits);
  const bits = new Uint8Array(1 << maxBits);
  let at = 0;
  for (let weight = 1; weight <= maxBits; weight++) {
    for (let s = 0; s < count; s++) {
      if (weights[s] !== weight) continue;
      const until = at + (1 << (weight - 1));
      symbol.fill(s, at, until);
      bits.fill(maxBits + 1 - weight, at, until);
      at = until;
    }
  }
  return { maxBits, symbol, bits };
}

/** 4.2.2: decodes `bytes[from, until)` into all of `target[at, end)`, which the stream must fill exactly. */
export function decodeHuffman(
  table: HuffmanTable,
  stream: BackwardBits,
  target: Uint8Array,
  at: number,
  end: number,
  section: string,
): void {
  const { maxBits, symbol, bits } = table;
  // Two symbols take 22 bits at most: one look serves for both.
  const mask = (1 << maxBits) - 1;
  for (const pairs = end - 1; at < pairs;) {
    const word = stream.peek(2 * maxBits);
    const first = word >> maxBits;
    const firstBits = bits[first]!;
    const second = (word >> (maxBits - firstBits)) & mask;
    target[at++] = symbol[first]!;
    target[at++] = symbol[second]!;
    stream.left -= firstBits + bits[second]!;
  }
  if (at < end) {
    const entry = stream.peek(maxBits);
    target[at] = symbol[entry]!;
    stream.left -= bits[entry]!;
  }
  if (stream.left !== 0) throw new BinaryFormatError('bad-value', section, 0, 'literals of another length');
}
