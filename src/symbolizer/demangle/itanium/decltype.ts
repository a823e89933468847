// `decltype(…)` (Itanium C++ ABI, 5.1.5.8).
import { giveUp } from '../not-mangled.ts';
import { expression } from './expressions.ts';
import type { ParserState } from './parser-state.ts';
import { from, Text, type Part } from './text.ts';

/** `Dt <expression> E` of a name or member, `DT <expression> E` of any expression */
export function decltype(state: ParserState): Part {
  if (!state.take('Dt') && !state.take('DT')) giveUp();
  const of = expression(state);
  state.expect('E');
  return from(of, (e) => new Text(`decltype${state.brackets.round(e.whole)}`));
}
