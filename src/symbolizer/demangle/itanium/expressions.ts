// Expressions (Itanium C++ ABI, 5.1.6): in template arguments, decltype, array bounds, constraints.
import { bracedInitializers, foldExpression, functionParam } from './expression-parts.ts';
import { commaSeparated, expansion, partsUntil } from './lists.ts';
import { primary } from './literals.ts';
import { operatorOf } from './operators.ts';
import { operation as withOperator } from './operations.ts';
import type { ParserState } from './parser-state.ts';
import { sourceName } from './source-names.ts';
import { requiresExpression } from './requires.ts';
import { shownTemplateArg, templateParam } from './template-args.ts';
import { from, fromAll, fromTwo, operation, Precedence, Text, type Part } from './text.ts';
import { type } from './types.ts';
import { unresolvedName } from './unresolved-names.ts';

export function expression(state: ParserState): Part {
  state.enter();
  const result = anyExpression(state);
  state.leave();
  return result;
}

function anyExpression(state: ParserState): Part {
  const isGlobal = state.take('gs');
  const operator = operatorOf(state.look() + state.look(1));
  if (operator === undefined) return withoutOperator(state, isGlobal);
  state.skip(2);
  return withOperator(state, operator, isGlobal);
}

function withoutOperator(state: ParserState, isGlobal: boolean): Part {
  switch (state.look()) {
    case 'L':
      return primary(state);
    case 'T':
      return templateParam(state);
    case 'f': {
      const isParam = state.look(1) === 'p' || (state.look(1) === 'L' && state.isDigit(2));
      return isParam ? functionParam(state) : foldExpression(state);
    }
    default:
      return byTwoLetters(state, isGlobal);
  }
}

function byTwoLetters(state: ParserState, isGlobal: boolean): Part {
  const { brackets } = state;
  if (state.take('il')) return bracedInitializers(state, null);
  if (state.take('tl')) return bracedInitializers(state, type(state));
  if (state.take('nx')) {
    return from(expression(state), (e) => operation(`noexcept ${brackets.round(e.whole)}`, Precedence.unary));
  }
  if (state.take('mc')) return memberConversion(state);
  if (state.take('so')) return subobject(state);
  if (state.take('sp')) return expansion(state, expression(state));
  if (state.take('sZ')) return sizeOfPack(state);
  if (state.take('sP')) return sizeOfArguments(state);
  if (state.take('tr')) return new Text('throw');
  if (state.take('tw')) return from(expression(state), (e) => new Text(`throw ${e.whole}`));
  if (state.look() === 'r' && (state.look(1) === 'q' || state.look(1) === 'Q'))
    return requiresExpression(state);
  if (state.take('u')) return vendorExpression(state);
  return unresolvedName(state, isGlobal);
}

/** `mc <type> <expression> [<offset>] E` */
function memberConversion(state: ParserState): Part {
  const to = type(state);
  const of = expression(state);
  state.number(true);
  state.expect('E');
  const { brackets } = state;
  return fromTwo(to, of, (t, e) => {
    return operation(brackets.round(t.whole) + brackets.round(e.whole), Precedence.unary);
  });
}

/** `so <type> <expression> [<offset>] <union selector>* [p] E` */
function subobject(state: ParserState): Part {
  const to = type(state);
  const of = expression(state);
  const offset = state.number(true).replace('n', '-') || '0';
  while (state.take('_')) state.number();
  state.take('p');
  state.expect('E');
  return fromTwo(to, of, (t, e) => new Text(`${e.whole}.<${t.whole} at offset ${offset}>`));
}

/** `sZ <template-param>`, `sZ <function-param>` */
function sizeOfPack(state: ParserState): Part {
  const { brackets } = state;
  if (state.look() !== 'T') {
    return from(functionParam(state), (p) => new Text(`sizeof... ${brackets.round(p.whole)}`));
  }
  return from(expansion(state, templateParam(state)), (p) => new Text(`sizeof...${brackets.round(p.whole)}`));
}

/** `sP <template-arg>* E` */
function sizeOfArguments(state: ParserState): Part {
  const { brackets } = state;
  return fromAll(partsUntil(state, 'E', shownTemplateArg), (texts) => {
    return new Text(`sizeof... ${brackets.round(commaSeparated(brackets, texts))}`);
  });
}

/** `u <source-name> <template-arg>* E`; `__uuidof` is older than that */
function vendorExpression(state: ParserState): Part {
  const callee = sourceName(state);
  let args: Part[];
  if (callee.whole === '__uuidof' && state.take('t')) args = [type(state)];
  else if (callee.whole === '__uuidof' && state.take('z')) args = [expression(state)];
  else args = partsUntil(state, 'E', shownTemplateArg);
  return fromAll(args, (texts) => call(state, callee, texts));
}

export function call(state: ParserState, callee: Text, args: readonly Text[]): Text {
  const { brackets } = state;
  return operation(callee.whole + brackets.round(commaSeparated(brackets, args)), Precedence.postfix);
}
