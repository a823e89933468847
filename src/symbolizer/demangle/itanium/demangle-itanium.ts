// Names of C++ functions and variables (Itanium C++ ABI, 5.1), in the form of LLVM's demangler.
import { giveUp } from '../not-mangled.ts';
import { encoding } from './encodings.ts';
import { ParserState } from './parser-state.ts';
import { MAX_TEXT_LENGTH, textAt } from './text.ts';

/** The start of a function's name, and that of a block in it (Apple's extension for C). */
const PREFIX = '_Z';
const BLOCK_PREFIX = '___Z';

export function isItanium(name: string): boolean {
  return name.startsWith(PREFIX) || name.startsWith(BLOCK_PREFIX);
}

/**
 * `name` is one that `isItanium` knows, with one character for each byte. What compilers added behind a point is shown in parentheses:
 * `f(int) (.cold)`. Throws `NotMangled`.
 */
export function demangleItanium(name: string): string {
  const isBlock = name.startsWith(BLOCK_PREFIX);
  const state = new ParserState(name, isBlock ? BLOCK_PREFIX.length : PREFIX.length);
  const part = encoding(state);
  const text = textAt(part, state.outsidePacks());
  const shown = state.brackets.without(text.whole);
  const result = isBlock ? blockPrefix(state) + shown : shown + suffix(state);
  if (!state.atEnd || result.length > MAX_TEXT_LENGTH) giveUp();
  return flat(result);
}

/** What was concatenated is a tree of pieces until a character of it is asked for; as such it would be kept. */
function flat(text: string): string {
  return Number.isNaN(text.charCodeAt(0)) ? giveUp() : text;
}

function suffix(state: ParserState): string {
  return state.look() === '.' ? ` (${state.rest()})` : '';
}

/** `_block_invoke`, a number of the block, a suffix */
function blockPrefix(state: ParserState): string {
  state.expect('_block_invoke');
  const isNumbered = state.take('_');
  if (state.number() === '' && isNumbered) giveUp();
  if (state.look() === '.') state.rest();
  return 'invocation function for block in ';
}
