// Punycode (RFC 3492), in which identifiers outside of ASCII are mangled.
import { giveUp } from '../not-mangled.ts';

// RFC 3492, section 5.
const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const SKEW = 38;
const DAMP = 700;
const INITIAL_BIAS = 72;
const INITIAL_N = 128;
const MAX_CODE_POINT = 0x10ffff;

/** `ascii`: the characters in ASCII, `encoded`: where which others go. Throws `NotMangled`. */
export function decodePunycode(ascii: string, encoded: string): string {
  const points = Array.from(ascii, (character) => character.codePointAt(0)!);
  const digits = new Digits(encoded);
  let code = INITIAL_N;
  let bias = INITIAL_BIAS;
  let place = 0;
  while (!digits.atEnd) {
    const delta = digits.next(bias);
    const count = points.length + 1;
    bias = adapted(delta, count, points.length === ascii.length);
    place += delta;
    code += Math.floor(place / count);
    place %= count;
    if (code > MAX_CODE_POINT || (code >= 0xd800 && code <= 0xdfff)) giveUp();
    points.splice(place++, 0, code);
  }
  return String.fromCodePoint(...points);
}

class Digits {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get atEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** A number of variable length (section 3.3). */
  next(bias: number): number {
    let value = 0;
    let weight = 1;
    for (let k = BASE; ; k += BASE) {
      const digit = this.digit();
      value += digit * weight;
      if (value > Number.MAX_SAFE_INTEGER) giveUp();
      const threshold = Math.min(Math.max(k - bias, T_MIN), T_MAX);
      if (digit < threshold) return value;
      weight *= BASE - threshold;
    }
  }

  private digit(): number {
    const code = this.text.charCodeAt(this.at++);
    if (code >= 0x61 && code <= 0x7a) return code - 0x61;
    if (code >= 0x30 && code <= 0x39) return code - 0x30 + 26;
    return giveUp();
  }
}

/** Section 6.1. */
function adapted(change: number, count: number, isFirst: boolean): number {
  let delta = Math.floor(change / (isFirst ? DAMP : 2));
  delta += Math.floor(delta / count);
  let k = 0;
  while (delta > ((BASE - T_MIN) * T_MAX) / 2) {
    delta = Math.floor(delta / (BASE - T_MIN));
    k += BASE;
  }
  return k + Math.floor(((BASE - T_MIN + 1) * delta) / (delta + SKEW));
}
