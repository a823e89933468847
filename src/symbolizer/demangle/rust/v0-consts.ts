// Constants of Rust's v0 mangling (RFC 2603, "Constants", and what has been added to it for structures).
import { giveUp } from '../not-mangled.ts';
import { path } from './v0-paths.ts';
import type { V0State } from './v0-state.ts';
import { tuple } from './v0-types.ts';

const SIGNED = 'asxnil';
const UNSIGNED = 'htmyoj';
/** Of 64 bits; longer ones are shown in hexadecimal. */
const MAX_DECIMAL_HEX_DIGITS = 16;
const MAX_CODE_POINT = 0x10ffff;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** `isInValue`: elsewhere (among generic arguments) Rust wants braces around all but literals. */
export function constant(state: V0State, isInValue: boolean): string {
  return state.nested(() => {
    if (state.take('B')) return state.backReference(() => constant(state, isInValue));
    const kind = state.next();
    if (kind === 'p') return '_';
    if (kind !== '' && UNSIGNED.includes(kind)) return integer(state);
    if (kind !== '' && SIGNED.includes(kind)) return (state.take('n') ? '-' : '') + integer(state);
    if (kind === 'b') return boolean(state);
    if (kind === 'c') return character(state);
    if (kind === 'R' && state.take('e')) return string(state); // a string's reference is its literal
    const text = compound(state, kind);
    return isInValue ? text : `{${text}}`;
  });
}

function integer(state: V0State): string {
  const digits = state.hexDigits();
  // One spelling for each value, so that equal types have equal names.
  if (!/^(?:0$|[1-9a-f])/.test(digits)) giveUp();
  return digits.length > MAX_DECIMAL_HEX_DIGITS ? `0x${digits}` : BigInt(`0x${digits}`).toString();
}

function boolean(state: V0State): string {
  const digits = state.hexDigits();
  if (digits !== '0' && digits !== '1') giveUp();
  return digits === '1' ? 'true' : 'false';
}

function character(state: V0State): string {
  const code = Number.parseInt(state.hexDigits(), 16);
  if (!(code <= MAX_CODE_POINT) || (code >= 0xd800 && code <= 0xdfff)) giveUp();
  return `'${escaped(code, "'")}'`;
}

function escaped(code: number, quote: string): string {
  const text = String.fromCodePoint(code);
  const named = { '\t': '\\t', '\r': '\\r', '\n': '\\n', '\\': '\\\\', [quote]: `\\${quote}` }[text];
  if (named !== undefined) return named;
  return code >= 0x20 && code < 0x7f ? text : `\\u{${code.toString(16)}}`;
}

/** Structures, references, strings: `V`, `T`, `A`, `R`, `Q`, `e` */
function compound(state: V0State, kind: string): string {
  switch (kind) {
    case 'R':
      return `&${constant(state, true)}`;
    case 'Q':
      return `&mut ${constant(state, true)}`;
    case 'e':
      return `*${string(state)}`;
    case 'A':
      return `[${list(state).join(', ')}]`;
    case 'T':
      return tuple(list(state));
    case 'V':
      return structure(state);
    default:
      return giveUp();
  }
}

function list(state: V0State): string[] {
  return state.listUntilE(() => constant(state, true));
}

function string(state: V0State): string {
  const bytes = Uint8Array.from(state.hexDigits().match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return giveUp();
  }
  return `"${Array.from(text, (character) => escaped(character.codePointAt(0)!, '"')).join('')}"`;
}

/** `<path> (U | T <const>* E | S ([s <number>] <identifier> <const>)* E)` */
function structure(state: V0State): string {
  const name = path(state, false);
  switch (state.next()) {
    case 'U':
      return name;
    case 'T':
      return `${name}(${list(state).join(', ')})`;
    case 'S': {
      const fields = state.listUntilE(() => `${state.disambiguatedIdentifier()}: ${constant(state, true)}`);
      return `${name} { ${fields.join(', ')} }`;
    }
    default:
      return giveUp();
  }
}
