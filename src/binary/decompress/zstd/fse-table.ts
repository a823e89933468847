// Finite state entropy tables (RFC 8878, 4.1).
import { BinaryFormatError } from '../../binary-format-error.ts';

export interface FseTable {
  /** Bits that a state has. */
  accuracy: number;
  /** By state: the symbol it stands for, the bits to be read for the next state, and what they are added to. */
  symbol: Uint8Array;
  bits: Uint8Array;
  base: Uint16Array;
}

/** A table of one symbol, which takes no bits (mode RLE_Mode). */
export function singleSymbolTable(symbol: number): FseTable {
  return { accuracy: 0, symbol: Uint8Array.of(symbol), bits: new Uint8Array(1), base: new Uint16Array(1) };
}

/** 4.1.1: the spread of symbols over states. `counts`: -1 stands for "less than one". */
export function buildFseTable(
  counts: Int16Array,
  symbols: number,
  accuracy: number,
  section: string,
): FseTable {
  const size = 1 << accuracy;
  const symbol = new Uint8Array(size);
  const next = new Uint16Array(symbols);
  let high = size - 1;
  for (let s = 0; s < symbols; s++) {
    next[s] = counts[s]! === -1 ? 1 : counts[s]!;
    if (counts[s] === -1) symbol[high--] = s;
  }
  const step = (size >> 1) + (size >> 3) + 3;
  let at = 0;
  for (let s = 0; s < symbols; s++) {
    for (let i = 0; i < counts[s]!; i++) {
      symbol[at] = s;
      do at = (at + step) & (size - 1);
      while (at > high);
    }
  }
  if (at !== 0) throw new BinaryFormatError('bad-value', section, 0, 'an FSE table that does not fill up');
  return { accuracy, symbol, ...transitions(symbol, next, accuracy) };
}

function transitions(
  symbol: Uint8Array,
  next: Uint16Array,
  accuracy: number,
): { bits: Uint8Array; base: Uint16Array } {
  const size = symbol.length;
  const bits = new Uint8Array(size);
  const base = new Uint16Array(size);
  for (let state = 0; state < size; state++) {
    const value = next[symbol[state]!]!++;
    bits[state] = accuracy - (31 - Math.clz32(value));
    base[state] = (value << bits[state]!) - size;
  }
  return { bits, base };
}

export interface FseLimits {
  /** Largest accuracy and number of symbols that the format allows for this table. */
  accuracy: number;
  symbols: number;
}

/**
 * 4.1.1: reads a table description from `bytes[at, end)`; `end` of the result is where it stops. `bytes` has 4 more
 * bytes behind `end`.
 */
export function readFseTable(
  bytes: Uint8Array,
  at: number,
  end: number,
  limits: FseLimits,
  section: string,
): { table: FseTable; end: number } {
  const bad = (detail: string): BinaryFormatError => new BinaryFormatError('bad-value', section, at, detail);
  if (at >= end) throw new BinaryFormatError('truncated', section, at, 'no FSE table');
  const accuracy = (bytes[at]! & 15) + 5;
  if (accuracy > limits.accuracy) throw bad(`FSE accuracy ${accuracy}, at most ${limits.accuracy}`);
  const counts = new Int16Array(limits.symbols);
  const reader = new ForwardBits(bytes, at * 8 + 4, end * 8);
  let remaining = (1 << accuracy) + 1;
  let symbols = 0;
  while (remaining > 1 && symbols < limits.symbols) {
    const count = reader.readCount(remaining) - 1;
    remaining -= Math.abs(count);
    counts[symbols++] = count;
    if (count === 0) symbols += reader.readZeroRun(limits.symbols - symbols);
  }
  if (remaining !== 1) throw bad('FSE counts that do not sum up');
  if (reader.overrun) throw new BinaryFormatError('truncated', section, end, 'an FSE table is cut off');
  return { table: buildFseTable(counts, symbols, accuracy, section), end: (reader.position + 7) >> 3 };
}

/** Bits from the lowest of the first byte on. */
class ForwardBits {
  position: number;
  private readonly bytes: Uint8Array;
  private readonly end: number;

  constructor(bytes: Uint8Array, position: number, end: number) {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
  }

  get overrun(): boolean {
    return this.position > this.end;
  }

  /** A value from 0 to `remaining`, the lower ones in one bit less. */
  readCount(remaining: number): number {
    const bits = 32 - Math.clz32(remaining);
    const threshold = 1 << (bits - 1);
    const short = 2 * threshold - 1 - remaining;
    const value = this.peek(bits);
    if ((value & (threshold - 1)) < short) {
      this.position += bits - 1;
      return value & (threshold - 1);
    }
    this.position += bits;
    return value >= threshold ? value - short : value;
  }

  /** How many more symbols have a count of zero: groups of two bits, 3 meaning that another group follows. */
  readZeroRun(most: number): number {
    let run = 0;
    for (;;) {
      const group = this.peek(2);
      this.position += 2;
      run += group;
      if (group < 3 || run >= most) return Math.min(run, most);
    }
  }

  private peek(count: number): number {
    // Past the end come zeros: `overrun` tells of it.
    if (this.position >= this.end) return 0;
    const at = this.position >> 3;
    const { bytes } = this;
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
    return (word >> (this.position & 7)) & ((1 << count) - 1);
  }
}
