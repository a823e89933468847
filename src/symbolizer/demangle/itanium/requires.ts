// Requires-expressions (Itanium C++ ABI, 5.1.6; C++20, [expr.prim.req]).
import { giveUp } from '../not-mangled.ts';
import { expression } from './expressions.ts';
import { commaSeparated, partsUntil } from './lists.ts';
import { name } from './names.ts';
import type { ParserState } from './parser-state.ts';
import { from, fromAll, fromTwo, Text, type Part } from './text.ts';
import { type } from './types.ts';

/** `rQ <type>* _ <requirement>+ E`, or `rq <requirement>+ E` */
export function requiresExpression(state: ParserState): Part {
  const { brackets } = state;
  const hasParameters = state.take('rQ');
  if (!hasParameters) state.expect('rq');
  const types = hasParameters ? partsUntil(state, '_', type) : [];
  const parameters = fromAll(types, (texts) => {
    return new Text(texts.length === 0 ? '' : ` ${brackets.round(commaSeparated(brackets, texts))}`);
  });
  const requirements: Part[] = [];
  do requirements.push(requirement(state));
  while (!state.take('E'));
  return fromAll([parameters, ...requirements], ([p, ...texts]) => {
    const body = texts.map((text) => text.whole).join('');
    return new Text(`requires${p!.whole} ${brackets.curly(`${body} `)}`);
  });
}

function requirement(state: ParserState): Part {
  if (state.take('T')) return from(type(state), (t) => new Text(` typename ${t.whole};`));
  if (state.take('Q')) return from(expression(state), (e) => new Text(` requires ${e.whole};`));
  return state.take('X') ? compound(state) : giveUp();
}

/** `X <expression> [N] [R <type-constraint>]` */
function compound(state: ParserState): Part {
  const of = expression(state);
  const isNoexcept = state.take('N');
  if (!state.take('R')) {
    return from(of, (e) => {
      return new Text(isNoexcept ? ` ${state.brackets.curly(e.whole)} noexcept;` : ` ${e.whole};`);
    });
  }
  return fromTwo(of, name(state, null), (e, c) => {
    return new Text(` ${state.brackets.curly(e.whole)}${isNoexcept ? ' noexcept' : ''} -> ${c.whole};`);
  });
}
