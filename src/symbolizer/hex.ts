// 64-bit hexadecimal numbers in text, without a string or a bigint per line.

/** A 64-bit unsigned value in two halves: exact where a JS number would not be. */
export interface Halves {
  high: number;
  low: number;
  /** Index behind the last digit; equal to the start where there was none. */
  next: number;
}

const MAX_DIGITS = 16;
const TWO_32 = 0x1_0000_0000;

/** Reads digits from `start` on into `into`, at most 16: a 17th leaves `next` at it, for the caller to refuse. */
export function readHex(bytes: Uint8Array, start: number, end: number, into: Halves): void {
  let high = 0;
  let low = 0;
  let at = start;
  const stop = Math.min(end, start + MAX_DIGITS);
  for (; at < stop; at++) {
    const digit = hexDigit(bytes[at]!);
    if (digit < 0) break;
    high = ((high << 4) | (low >>> 28)) >>> 0;
    low = ((low << 4) | digit) >>> 0;
  }
  into.high = high;
  into.low = low;
  into.next = at;
}

/** As a number, or -1 where it does not fit 53 bits. */
export function toNumber(value: Halves): number {
  return value.high < 0x20_0000 ? value.high * TWO_32 + value.low : -1;
}

export function toBigInt(high: number, low: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}

/** `(high, low) - (baseHigh, baseLow)` when it is from 0 to 2^32 - 1, else -1. */
export function distance32(high: number, low: number, baseHigh: number, baseLow: number): number {
  const distance = (high - baseHigh) * TWO_32 + (low - baseLow);
  return distance >= 0 && distance < TWO_32 ? distance : -1;
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
