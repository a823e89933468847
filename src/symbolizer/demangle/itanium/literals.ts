// Literals (Itanium C++ ABI, 5.1.6.1).
import { giveUp } from '../not-mangled.ts';
import { encoding } from './encodings.ts';
import { floatLiteral } from './float-literal.ts';
import { closureOrUnnamedType } from './lambdas.ts';
import type { ParserState } from './parser-state.ts';
import { from, Text, type Part } from './text.ts';
import { type } from './types.ts';

/** What integers of a type are written with: before them in parentheses, or behind. */
const INTEGERS = new Map<string, { before: string; behind: string }>([
  ['i', { before: '', behind: '' }],
  ['j', { before: '', behind: 'u' }],
  ['l', { before: '', behind: 'l' }],
  ['m', { before: '', behind: 'ul' }],
  ['x', { before: '', behind: 'll' }],
  ['y', { before: '', behind: 'ull' }],
  ['w', { before: '(wchar_t)', behind: '' }],
  ['c', { before: '(char)', behind: '' }],
  ['a', { before: '(signed char)', behind: '' }],
  ['h', { before: '(unsigned char)', behind: '' }],
  ['s', { before: '(short)', behind: '' }],
  ['t', { before: '(unsigned short)', behind: '' }],
  ['n', { before: '(__int128)', behind: '' }],
  ['o', { before: '(unsigned __int128)', behind: '' }],
]);

/** `L … E` */
export function primary(state: ParserState): Part {
  state.expect('L');
  const letter = state.look();
  const integer = INTEGERS.get(letter);
  if (integer !== undefined) {
    state.skip(1);
    const value = signedNumber(state);
    return new Text(integer.before + value + integer.behind);
  }
  switch (letter) {
    case 'b':
      return boolean(state);
    case 'f':
    case 'd':
    case 'e':
      return floatLiteral(state);
    case '_':
      return externalName(state);
    case 'A':
      return string(state);
    case 'D':
      return nullPointer(state);
    case 'T':
      return giveUp(); // a dependent type cannot have a value
    case 'U':
      return lambda(state);
    default:
      return enumerator(state);
  }
}

function signedNumber(state: ParserState): string {
  const number = state.number(true);
  if (number === '') giveUp();
  state.expect('E');
  return number.replace('n', '-');
}

function boolean(state: ParserState): Part {
  if (state.take('b0E')) return new Text('false');
  state.expect('b1E');
  return new Text('true');
}

/** `L _Z <encoding> E` */
function externalName(state: ParserState): Part {
  state.expect('_Z');
  const entity = encoding(state);
  state.expect('E');
  return entity;
}

/** A string's type; its characters are not in the name. */
function string(state: ParserState): Part {
  const of = type(state);
  state.expect('E');
  return from(of, (t) => new Text(`"<${t.whole}>"`));
}

function nullPointer(state: ParserState): Part {
  state.expect('Dn');
  state.take('0');
  state.expect('E');
  return new Text('nullptr');
}

function lambda(state: ParserState): Part {
  if (state.look(1) !== 'l') giveUp();
  const of = closureOrUnnamedType(state, false);
  state.expect('E');
  return from(of, (closure) => new Text(`[]${closure.inner!.whole}{...}`));
}

function enumerator(state: ParserState): Part {
  const of = type(state);
  const value = signedNumber(state);
  return from(of, (t) => new Text(state.brackets.round(t.whole) + value));
}
