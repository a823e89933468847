// Declarations of template parameters, in lambdas and constrained templates (Itanium C++ ABI, 5.1.5.10).
import { giveUp } from '../not-mangled.ts';
import { commaSeparated } from './lists.ts';
import { name } from './names.ts';
import type { ParserState } from './parser-state.ts';
import { constraint } from './template-args.ts';
import { from, fromAll, fromTwo, joined, Text, type Part } from './text.ts';
import { type } from './types.ts';

/** Parameters of lambdas have no names in a mangling: these are made up, with a number from the second on. */
const INVENTED = { type: '$T', value: '$N', template: '$TT' };

export function isTemplateParamDeclaration(state: ParserState): boolean {
  if (state.look() !== 'T') return false;
  const kind = state.look(1);
  return kind === 'y' || kind === 'p' || kind === 't' || kind === 'n' || kind === 'k';
}

/** Adds what the parameter is called to `params`, if there are any. */
export function templateParamDeclaration(state: ParserState, params: Part[] | null): Part {
  state.enter();
  const result = declaration(state, params);
  state.leave();
  return result;
}

function declaration(state: ParserState, params: Part[] | null): Part {
  state.expect('T');
  const kind = state.look();
  state.skip(1);
  switch (kind) {
    case 'y':
      return new Text('typename ', invent(state, 'type', params));
    case 'k':
      return constrainedType(state, params);
    case 'n':
      return value(state, params);
    case 't':
      return template(state, params);
    case 'p':
      return from(templateParamDeclaration(state, params), (of) => new Text(`${of.left}...`, of.right));
    default:
      return giveUp();
  }
}

function invent(state: ParserState, kind: keyof typeof INVENTED, params: Part[] | null): string {
  const index = state.invented[kind]++;
  const invented = INVENTED[kind] + (index === 0 ? '' : String(index - 1));
  params?.push(new Text(invented));
  return invented;
}

function constrainedType(state: ParserState, params: Part[] | null): Part {
  const concept = state.with('parametersByNumber', true, () => name(state, null));
  const invented = invent(state, 'type', params);
  return from(concept, (c) => new Text(`${c.whole} `, invented));
}

function value(state: ParserState, params: Part[] | null): Part {
  const invented = invent(state, 'value', params);
  return from(type(state), (of) => {
    const space = of.right === '' ? ' ' : '';
    return new Text(of.left + space, joined(invented, of.right));
  });
}

function template(state: ParserState, params: Part[] | null): Part {
  const invented = invent(state, 'template', params);
  const own: Part[] = [];
  const declarations: Part[] = [];
  let requires: Part = new Text('');
  state.templateParams.push(own);
  const level = state.templateParams.length;
  while (!state.take('E')) {
    declarations.push(templateParamDeclaration(state, own));
    if (!state.take('Q')) continue;
    requires = from(constraint(state), (c) => new Text(` requires ${c.whole}`));
    state.expect('E');
    break;
  }
  state.templateParams.length = level - 1;
  const list = fromAll(declarations, (texts) => {
    return new Text(state.brackets.angle(commaSeparated(state.brackets, texts)));
  });
  return fromTwo(list, requires, (l, r) => new Text(`template${l.whole} typename `, invented + r.whole));
}
