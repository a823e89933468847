// Encodings (Itanium C++ ABI, 5.1.2): functions with their parameters, variables.
import { enableIf, requirement } from './lambdas.ts';
import { commaSeparated } from './lists.ts';
import { name, type NameInfo } from './names.ts';
import type { ParserState } from './parser-state.ts';
import { specialName } from './special-names.ts';
import { resolveForwardReferences, shownTemplateArg } from './template-args.ts';
import { from, fromAll, fromTwo, joined, Text, type Part } from './text.ts';
import { type } from './types.ts';

const NOTHING = new Text('');

export function encoding(state: ParserState): Part {
  state.enter();
  const result = state.withOwnTemplateParams(() => {
    return state.look() === 'G' || state.look() === 'T' ? specialName(state) : functionOrVariable(state);
  });
  state.leave();
  return result;
}

function functionOrVariable(state: ParserState): Part {
  const info = emptyInfo();
  const firstForward = state.forwardReferences.length;
  const itsName = name(state, info);
  resolveForwardReferences(state, firstForward);
  return endsHere(state) ? itsName : functionEncoding(state, itsName, info);
}

function emptyInfo(): NameInfo {
  return { cv: '', ref: '', isSpecialMember: false, endsWithTemplateArgs: false, hasExplicitObject: false };
}

/** Nothing that a type begins with. */
function endsHere(state: ParserState): boolean {
  return state.atEnd || state.look() === 'E' || state.look() === '.' || state.look() === '_';
}

/** `[<attributes>] [<return type>] <parameter type>+ [Q <constraint>]`, behind the name */
function functionEncoding(state: ParserState, itsName: Part, info: NameInfo): Part {
  const attributes = enableIf(state, shownTemplateArg);
  const hasReturnType = info.endsWithTemplateArgs && !info.isSpecialMember;
  const result = hasReturnType ? type(state) : NOTHING;
  const parameters = state.take('v') ? [] : parameterTypes(state, info.hasExplicitObject);
  const behind = fromTwo(attributes, requirement(state), (a, r) => new Text(a.whole + r.whole));
  const { brackets } = state;
  return fromAll([itsName, result, behind, ...parameters], ([n, r, b, ...texts]) => {
    const space = hasReturnType && r!.right === '' ? ' ' : '';
    const list = brackets.round(commaSeparated(brackets, texts));
    const right = joined(list, r!.right) + info.cv + info.ref + b!.whole;
    return new Text(r!.left + space + n!.whole, right, 'function');
  });
}

function parameterTypes(state: ParserState, hasExplicitObject: boolean): Part[] {
  const types: Part[] = [];
  do {
    const isObject = hasExplicitObject && types.length === 0;
    types.push(isObject ? from(type(state), (t) => new Text(`this ${t.whole}`)) : type(state));
    if (state.look() === 'Q') break;
  } while (!endsHere(state));
  return types;
}
