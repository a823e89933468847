// Parts of expressions that are none by themselves, or not with an operator (Itanium C++ ABI, 5.1.6).
import { giveUp } from '../not-mangled.ts';
import { expression } from './expressions.ts';
import { commaSeparated, expansion, operand, partsUntil } from './lists.ts';
import { operatorOf, type Operator } from './operators.ts';
import type { ParserState } from './parser-state.ts';
import { sourceName } from './source-names.ts';
import { from, fromAll, fromTwo, Precedence, Text, type Part } from './text.ts';
import { cvQualifiers } from './names.ts';

/** `fp [<cv>] [<number>] _`, `fL <level> p [<cv>] [<number>] _`, `fpT` */
export function functionParam(state: ParserState): Part {
  if (state.take('fpT')) return new Text('this');
  if (!state.take('fp')) {
    state.expect('fL');
    state.count();
    state.expect('p');
  }
  cvQualifiers(state);
  const number = state.number();
  state.expect('_');
  return new Text(`fp${number}`);
}

/** `{…}`, behind the type where there is one: `il <braced-expression>* E`, `tl <type> <braced-expression>* E` */
export function bracedInitializers(state: ParserState, of: Part | null): Part {
  const elements = partsUntil(state, 'E', braced);
  const list = (texts: readonly Text[]): string => `{${commaSeparated(state.brackets, texts)}}`;
  if (of === null) return fromAll(elements, (texts) => new Text(list(texts)));
  return fromAll([of, ...elements], ([t, ...texts]) => new Text(t!.whole + list(texts)));
}

/** `di <name> <braced>`, `dx <index> <braced>`, `dX <first> <last> <braced>`, or an expression */
function braced(state: ParserState): Part {
  state.enter();
  const result = anyBraced(state);
  state.leave();
  return result;
}

function anyBraced(state: ParserState): Part {
  if (state.take('di')) {
    return designated(sourceName(state), braced(state), (field) => `.${field.whole}`);
  }
  if (state.take('dx')) {
    return designated(expression(state), braced(state), (index) => `[${index.whole}]`);
  }
  if (!state.take('dX')) return expression(state);
  const [first, last] = [expression(state), expression(state)];
  const range = fromTwo(first, last, (f, l) => new Text(`${f.whole} ... ${l.whole}`));
  return designated(range, braced(state), (r) => `[${r.whole}]`);
}

function designated(designator: Part, value: Part, show: (designator: Text) => string): Part {
  return fromTwo(designator, value, (d, v) => {
    const equals = v.kind === 'designator' ? '' : ' = ';
    return new Text(show(d) + equals + v.whole, '', 'plain', 'designator');
  });
}

/** `fL` and `fR <operator> <expression> <expression>`, `fl` and `fr <operator> <expression>` */
export function foldExpression(state: ParserState): Part {
  state.expect('f');
  const kind = state.look();
  if (!'LRlr'.includes(kind || '-')) giveUp();
  state.skip(1);
  const operator = foldable(state);
  const isLeft = kind === 'L' || kind === 'l';
  const first = expression(state);
  if (kind === 'l' || kind === 'r') return fold(state, operator, isLeft, first, null);
  const second = expression(state);
  return isLeft ? fold(state, operator, isLeft, second, first) : fold(state, operator, isLeft, first, second);
}

function foldable(state: ParserState): Operator {
  const operator = operatorOf(state.look() + state.look(1));
  state.skip(2);
  const isMemberPointer = operator?.form === 'member' && operator.precedence === Precedence.memberPointer;
  return operator !== undefined && (operator.form === 'binary' || isMemberPointer) ? operator : giveUp();
}

/** `(init op ... op pack)` and the like. Operands bind as tightly as casts. */
function fold(
  state: ParserState,
  { symbol }: Operator,
  isLeft: boolean,
  pack: Part,
  init: Part | null,
): Part {
  const { brackets } = state;
  const shownPack = from(expansion(state, pack), (p) => new Text(brackets.round(p.whole)));
  const shownInit =
    init === null ? null : from(init, (i) => new Text(operand(brackets, i, Precedence.cast, true)));
  const parts = isLeft ? [shownInit, shownPack] : [shownPack, shownInit];
  const first = parts[0] ?? null;
  const last = parts[1] ?? null;
  const left = first === null ? new Text('') : from(first, (f) => new Text(`${f.whole} ${symbol} `));
  const right = last === null ? new Text('') : from(last, (l) => new Text(` ${symbol} ${l.whole}`));
  return fromTwo(left, right, (l, r) => new Text(brackets.round(`${l.whole}...${r.whole}`)));
}
