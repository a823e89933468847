// Types without a name (Itanium C++ ABI, 5.1.5.7): lambdas, unnamed classes, blocks.
import { giveUp } from '../not-mangled.ts';
import { commaSeparated, partsUntil } from './lists.ts';
import type { ParserState } from './parser-state.ts';
import { constraint } from './template-args.ts';
import { isTemplateParamDeclaration, templateParamDeclaration } from './template-params.ts';
import { from, fromAll, Text, type Part } from './text.ts';
import { type } from './types.ts';

/** `isOfEncoding`: template parameters behind it refer to its own template arguments, which follow. */
export function closureOrUnnamedType(state: ParserState, isOfEncoding: boolean): Part {
  if (isOfEncoding) state.templateParams = [];
  if (state.take('Ut')) return new Text(`'unnamed${numberOf(state)}'`);
  if (state.take('Ul')) return closure(state);
  if (!state.take('Ub')) giveUp();
  numberOf(state);
  return new Text("'block-literal'");
}

/** `[<number>] _` */
function numberOf(state: ParserState): string {
  const number = state.number();
  state.expect('_');
  return number;
}

/** `Ul <template-param-decl>* [Q <constraint>] <type>+ [Q <constraint>] E [<number>] _` */
function closure(state: ParserState): Part {
  const declarator = withLambdaParams(state, () => lambdaDeclarator(state));
  state.expect('E');
  const number = numberOf(state);
  return from(declarator, (d) => new Text(`'lambda${number}'${d.whole}`, '', 'plain', 'closure', '', d));
}

function withLambdaParams(state: ParserState, read: () => Part): Part {
  const level = state.templateParams.length;
  const result = state.with('lambdaLevel', level, read);
  state.templateParams.length = Math.min(level, state.templateParams.length);
  return result;
}

function lambdaDeclarator(state: ParserState): Part {
  const params: Part[] = [];
  state.templateParams.push(params);
  const declarations: Part[] = [];
  while (isTemplateParamDeclaration(state)) declarations.push(templateParamDeclaration(state, params));
  // A lambda that declares none has a level all the same if a parameter is `auto`; that is seen when it comes.
  if (declarations.length === 0) state.templateParams.pop();
  const { brackets } = state;
  const templates = fromAll(declarations, (texts) => {
    return new Text(texts.length === 0 ? '' : brackets.angle(commaSeparated(brackets, texts)));
  });
  const before = requirement(state);
  const types = state.take('v') ? [] : lambdaParameters(state);
  const parameters = fromAll(types, (texts) => new Text(brackets.round(commaSeparated(brackets, texts))));
  const behind = requirement(state);
  return fromAll([templates, before, parameters, behind], ([t, b, p, a]) => {
    const first = b!.whole === '' ? '' : `${b!.whole} `;
    return new Text(t!.whole + first + p!.whole + a!.whole);
  });
}

function lambdaParameters(state: ParserState): Part[] {
  const types: Part[] = [];
  do types.push(type(state));
  while (state.look() !== 'E' && state.look() !== 'Q');
  return types;
}

/** `[Q <constraint>]` */
export function requirement(state: ParserState): Part {
  if (!state.take('Q')) return new Text('');
  return from(constraint(state), (c) => new Text(` requires ${c.whole}`));
}

/** `Ua9enable_ifI <template-arg>* E`, clang's attribute */
export function enableIf(state: ParserState, read: (state: ParserState) => Part): Part {
  if (!state.take('Ua9enable_ifI')) return new Text('');
  return fromAll(partsUntil(state, 'E', read), (texts) => {
    return new Text(` [enable_if:${commaSeparated(state.brackets, texts)}]`);
  });
}
