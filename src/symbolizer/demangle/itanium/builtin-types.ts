// Builtin types (Itanium C++ ABI, 5.1.5.2), by their letters. None of them is ever substituted.
import { named, type Text } from './text.ts';

const ONE_LETTER: Record<string, string> = {
  v: 'void',
  w: 'wchar_t',
  b: 'bool',
  c: 'char',
  a: 'signed char',
  h: 'unsigned char',
  s: 'short',
  t: 'unsigned short',
  i: 'int',
  j: 'unsigned int',
  l: 'long',
  m: 'unsigned long',
  x: 'long long',
  y: 'unsigned long long',
  n: '__int128',
  o: 'unsigned __int128',
  f: 'float',
  d: 'double',
  e: 'long double',
  g: '__float128',
  z: '...',
};

const AFTER_D: Record<string, string> = {
  d: 'decimal64',
  e: 'decimal128',
  f: 'decimal32',
  h: 'half',
  i: 'char32_t',
  s: 'char16_t',
  u: 'char8_t',
  a: 'auto',
  c: 'decltype(auto)',
  n: 'std::nullptr_t',
};

/** Of fixed-point types (ISO/IEC TR 18037): size and sign. */
const FIXED_POINT_SIZES: Record<string, string> = {
  s: 'short ',
  t: 'unsigned short ',
  i: '',
  j: 'unsigned ',
  l: 'long ',
  m: 'unsigned long ',
};

function texts(names: Record<string, string>): Map<string, Text> {
  return new Map(Object.entries(names).map(([letter, name]) => [letter, named(name)]));
}

const oneLetter = texts(ONE_LETTER);
const afterD = texts(AFTER_D);

export function builtinType(letter: string): Text | undefined {
  return oneLetter.get(letter);
}

/** Of the letter behind `D`. */
export function builtinTypeAfterD(letter: string): Text | undefined {
  return afterD.get(letter);
}

/** `kind`: A or R, `size`: the letter behind it; undefined where there is no such type. */
export function fixedPointType(kind: string, size: string, saturated: boolean): Text | undefined {
  const sizeName = FIXED_POINT_SIZES[size];
  if (sizeName === undefined) return undefined;
  return named(`${saturated ? '_Sat ' : ''}${sizeName}${kind === 'A' ? '_Accum' : '_Fract'}`);
}
