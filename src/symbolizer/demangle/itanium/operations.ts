// Expressions made with an operator (Itanium C++ ABI, 5.1.6): its operands follow it.
import { giveUp } from '../not-mangled.ts';
import { call, expression } from './expressions.ts';
import { commaSeparated, operand, partsUntil } from './lists.ts';
import type { Operator } from './operators.ts';
import type { ParserState } from './parser-state.ts';
import { from, fromAll, fromTwo, operation as made, Precedence, Text, type Part } from './text.ts';
import { type } from './types.ts';

/** What follows an operator's letters. `isGlobal`: `::` was before it. */
export function operation(state: ParserState, operator: Operator, isGlobal: boolean): Part {
  switch (operator.form) {
    case 'prefix':
      return prefix(state, operator);
    case 'postfix':
      return postfix(state, operator);
    case 'binary':
      return binary(state, operator);
    case 'subscript':
      return subscript(state, operator);
    case 'member':
      return member(state, operator);
    case 'new':
      return newExpression(state, operator, isGlobal);
    case 'delete':
      return from(expression(state), (e) => {
        return made(`${isGlobal ? '::' : ''}${operator.symbol} ${e.whole}`, operator.precedence);
      });
    case 'call':
    case 'parenthesized-call':
      return callExpression(state, operator);
    case 'cast':
      return cast(state, operator);
    case 'conditional':
      return conditional(state, operator);
    case 'named-cast':
      return namedCast(state, operator);
    case 'of-type':
      return enclosing(state, operator, type(state));
    case 'of-expression':
      return enclosing(state, operator, expression(state));
    case 'name-only':
      return giveUp();
  }
}

function prefix(state: ParserState, { symbol, precedence }: Operator): Part {
  return from(expression(state), (e) => made(symbol + operand(state.brackets, e, precedence), precedence));
}

/** `pp_` and `mm_` are the ones before the operand. */
function postfix(state: ParserState, operator: Operator): Part {
  if (state.take('_')) return prefix(state, operator);
  const { symbol, precedence } = operator;
  return from(expression(state), (e) => {
    return made(operand(state.brackets, e, precedence, true) + symbol, precedence);
  });
}

function binary(state: ParserState, { symbol, precedence }: Operator): Part {
  const { brackets } = state;
  const isAssignment = precedence === Precedence.assignment;
  const space = symbol === ',' ? '' : ' ';
  return fromTwo(expression(state), expression(state), (x, y) => {
    const left = operand(brackets, x, isAssignment ? Precedence.logicalOr : precedence, !isAssignment);
    const right = operand(brackets, y, precedence, isAssignment);
    const text = `${left}${space}${symbol} ${right}`;
    return made(symbol === '>' || symbol === '>>' ? brackets.greater(text) : text, precedence);
  });
}

function subscript(state: ParserState, { precedence }: Operator): Part {
  const { brackets } = state;
  return fromTwo(expression(state), expression(state), (x, y) => {
    return made(operand(brackets, x, precedence) + brackets.square(y.whole), precedence);
  });
}

function member(state: ParserState, { symbol, precedence }: Operator): Part {
  const { brackets } = state;
  return fromTwo(expression(state), expression(state), (x, y) => {
    return made(
      operand(brackets, x, precedence, true) + symbol + operand(brackets, y, precedence),
      precedence,
    );
  });
}

/** `[gs] (nw | na) <expression>* _ <type> [pi <expression>*] E` */
function newExpression(state: ParserState, { symbol, precedence }: Operator, isGlobal: boolean): Part {
  const { brackets } = state;
  const list = (texts: readonly Text[]): Text => {
    return new Text(texts.length === 0 ? '' : brackets.round(commaSeparated(brackets, texts)));
  };
  const placement = fromAll(partsUntil(state, '_', expression), list);
  const of = type(state);
  const hasInitializers = state.take('pi');
  if (!hasInitializers && state.look() !== 'E') giveUp();
  const initializers = fromAll(partsUntil(state, 'E', expression), list);
  return fromAll([placement, of, initializers], ([p, t, i]) => {
    return made(`${isGlobal ? '::' : ''}${symbol}${p!.whole} ${t!.whole}${i!.whole}`, precedence);
  });
}

/** `(cl | cp) <expression>+ E` */
function callExpression(state: ParserState, { form }: Operator): Part {
  const callee = expression(state);
  const args = partsUntil(state, 'E', expression);
  return fromAll([callee, ...args], ([c, ...texts]) => {
    const shown = form === 'call' ? c! : new Text(state.brackets.round(c!.whole));
    return call(state, shown, texts);
  });
}

/** `cv <type> <expression>`, or `cv <type> _ <expression>* E` */
function cast(state: ParserState, { precedence }: Operator): Part {
  const to = state.with('typeTakesTemplateArgs', false, () => type(state));
  const of = state.take('_') ? partsUntil(state, 'E', expression) : [expression(state)];
  const { brackets } = state;
  return fromAll([to, ...of], ([t, ...texts]) => {
    return made(brackets.round(t!.whole) + brackets.round(commaSeparated(brackets, texts)), precedence);
  });
}

function conditional(state: ParserState, { precedence }: Operator): Part {
  const { brackets } = state;
  const parts = [expression(state), expression(state), expression(state)];
  return fromAll(parts, ([condition, yes, no]) => {
    const tested = operand(brackets, condition!, precedence);
    return made(
      `${tested} ? ${yes!.whole} : ${operand(brackets, no!, Precedence.assignment, true)}`,
      precedence,
    );
  });
}

function namedCast(state: ParserState, { symbol, precedence }: Operator): Part {
  const { brackets } = state;
  return fromTwo(type(state), expression(state), (t, e) => {
    return made(symbol + brackets.angle(t.left) + brackets.round(e.whole), precedence);
  });
}

/** sizeof and its like */
function enclosing(state: ParserState, { symbol, precedence }: Operator, of: Part): Part {
  return from(of, (o) => made(symbol + state.brackets.round(o.whole), precedence));
}
