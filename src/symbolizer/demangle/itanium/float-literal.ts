// Floating literals (Itanium C++ ABI, 5.1.6.1): the bits of the value in hexadecimal, shown as printf's %a does.
import { giveUp } from '../not-mangled.ts';
import type { ParserState } from './parser-state.ts';
import { Text } from './text.ts';

interface FloatFormat {
  /** Hexadecimal digits in the name. */
  digits: number;
  exponentBits: number;
  fractionBits: number;
  suffix: string;
}

const FORMATS: Record<string, FloatFormat> = {
  f: { digits: 8, exponentBits: 8, fractionBits: 23, suffix: 'f' },
  d: { digits: 16, exponentBits: 11, fractionBits: 52, suffix: '' },
  // x87's, whose leading bit is in the fraction; machines whose long double is of 128 bits have 32 digits.
  e: { digits: 20, exponentBits: 15, fractionBits: 64, suffix: 'L' },
};

/** From the type's letter on. */
export function floatLiteral(state: ParserState): Text {
  const format = FORMATS[state.look()]!;
  state.skip(1);
  let hex = '';
  while (hex.length < format.digits && /[0-9a-f]/.test(state.look())) {
    hex += state.look();
    state.skip(1);
  }
  if (hex.length < format.digits) giveUp();
  state.expect('E');
  return new Text(shown(BigInt(`0x${hex}`), format));
}

function shown(bits: bigint, format: FloatFormat): string {
  const { exponentBits, fractionBits, suffix } = format;
  const fraction = BigInt.asUintN(fractionBits, bits);
  const exponent = Number(BigInt.asUintN(exponentBits, bits >> BigInt(fractionBits)));
  const sign = bits >> BigInt(exponentBits + fractionBits) === 1n ? '-' : '';
  const hasLeadingBit = format.suffix === 'L';
  if (exponent === 2 ** exponentBits - 1) {
    const infinite = BigInt.asUintN(hasLeadingBit ? fractionBits - 1 : fractionBits, fraction) === 0n;
    return `${sign}${infinite ? 'inf' : 'nan'}${suffix}`;
  }
  const bias = 2 ** (exponentBits - 1) - 1;
  const text = hasLeadingBit
    ? extended(fraction, Math.max(1, exponent) - bias)
    : ieee(fraction, exponent, fractionBits, bias);
  return sign + text + suffix;
}

/** printf has the bits before the point where the mantissa's highest four are: `0xc.8p-3`. */
function extended(mantissa: bigint, exponent: number): string {
  if (mantissa === 0n) return '0x0p+0';
  return digits(mantissa >> 60n, BigInt.asUintN(60, mantissa), 60, exponent - 3);
}

function ieee(fraction: bigint, exponent: number, fractionBits: number, bias: number): string {
  if (exponent > 0) return digits(1n, fraction, fractionBits, exponent - bias);
  if (fraction === 0n) return '0x0p+0';
  // A float is printed as the double that it is promoted to, which is not denormal.
  if (fractionBits === 52) return digits(0n, fraction, fractionBits, 1 - bias);
  const shift = fractionBits - (fraction.toString(2).length - 1);
  return digits(1n, BigInt.asUintN(fractionBits, fraction << BigInt(shift)), fractionBits, 1 - bias - shift);
}

/** `fraction`: of `bits` bits, behind the point. */
function digits(leading: bigint, fraction: bigint, bits: number, exponent: number): string {
  const width = Math.ceil(bits / 4);
  const padded = fraction << BigInt(width * 4 - bits);
  const hex = padded.toString(16).padStart(width, '0').replace(/0+$/, '');
  const point = hex === '' ? '' : `.${hex}`;
  return `0x${leading.toString(16)}${point}p${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`;
}
