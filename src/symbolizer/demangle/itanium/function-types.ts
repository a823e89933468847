// Types of functions (Itanium C++ ABI, 5.1.5.3).
import { functionType } from './declarators.ts';
import { expression } from './expressions.ts';
import { commaSeparated, partsUntil } from './lists.ts';
import { cvQualifiers } from './names.ts';
import type { ParserState } from './parser-state.ts';
import { from, fromAll, Text, type Part } from './text.ts';
import { type } from './types.ts';

/** What comes next, behind cv-qualifiers: such belong to the function, not to a type. */
export function isFunctionType(state: ParserState): boolean {
  let ahead = 0;
  for (const qualifier of 'rVK') if (state.look(ahead) === qualifier) ahead++;
  const letter = state.look(ahead);
  return letter === 'F' || (letter === 'D' && 'oOwx'.includes(state.look(ahead + 1) || '-'));
}

/** `[<cv-qualifiers>] [<exception-spec>] [Dx] F [Y] <type>+ [R | O] E` */
export function functionTypeOf(state: ParserState): Part {
  const cv = cvQualifiers(state);
  const exceptions = exceptionSpecification(state);
  state.take('Dx'); // transaction-safe
  state.expect('F');
  state.take('Y'); // extern "C"
  const result = type(state);
  const [parameters, ref] = parametersAndRef(state);
  const { brackets } = state;
  return fromAll([result, exceptions, ...parameters], ([r, e, ...texts]) => {
    return functionType(brackets, r!, texts, { cv, ref }, e!.whole);
  });
}

function parametersAndRef(state: ParserState): [Part[], string] {
  const parameters: Part[] = [];
  for (;;) {
    if (state.take('E')) return [parameters, ''];
    if (state.take('RE')) return [parameters, ' &'];
    if (state.take('OE')) return [parameters, ' &&'];
    if (!state.take('v')) parameters.push(type(state));
  }
}

/** `Do`, `DO <expression> E`, `Dw <type>+ E` */
function exceptionSpecification(state: ParserState): Part {
  const { brackets } = state;
  if (state.take('Do')) return new Text('noexcept');
  if (state.take('DO')) {
    const condition = expression(state);
    state.expect('E');
    return from(condition, (c) => new Text(`noexcept${brackets.round(c.whole)}`));
  }
  if (!state.take('Dw')) return new Text('');
  return fromAll(partsUntil(state, 'E', type), (texts) => {
    return new Text(`throw${brackets.round(commaSeparated(brackets, texts))}`);
  });
}
