// Template arguments, and references to them (Itanium C++ ABI, 5.1.5.9 and 5.1.5.10).
import { giveUp } from '../not-mangled.ts';
import { encoding } from './encodings.ts';
import { expression } from './expressions.ts';
import { commaSeparated, partsUntil } from './lists.ts';
import { primary } from './literals.ts';
import type { ParserState } from './parser-state.ts';
import { isTemplateParamDeclaration, templateParamDeclaration } from './template-params.ts';
import { Deferred, fromAll, fromTwo, named, Text, textAt, type Part } from './text.ts';
import { type } from './types.ts';

interface TemplateArg {
  /** Between the angle brackets. */
  shown: Part;
  /** What a template parameter that stands for the argument stands for. */
  meant: Part;
}

const NOTHING = new Text('');

/**
 * `I <template-arg>* [Q <constraint>] E`. `areOfEncoding`: they belong to the function or variable that is named, and
 * are what `T_` means from here on.
 */
export function templateArgs(state: ParserState, areOfEncoding: boolean): Part {
  state.expect('I');
  const params: Part[] = [];
  if (areOfEncoding) state.templateParams = [params];
  const shown: Part[] = [];
  while (!state.take('E')) {
    const arg = templateArg(state);
    shown.push(arg.shown);
    params.push(arg.meant);
    if (!state.take('Q')) continue;
    constraint(state); // is not shown
    state.expect('E');
    break;
  }
  return fromAll(shown, (texts) => new Text(state.brackets.angle(commaSeparated(state.brackets, texts))));
}

export function withTemplateArgs(name: Part, args: Part): Part {
  return fromTwo(name, args, (n, a) => named(n.whole + a.whole, n.base));
}

/** Adds the template arguments that follow, if any do. */
export function withFollowingTemplateArgs(state: ParserState, name: Part): Part {
  return state.look() === 'I' ? withTemplateArgs(name, templateArgs(state, false)) : name;
}

/** What stands between the brackets, of one argument. */
export function shownTemplateArg(state: ParserState): Part {
  return templateArg(state).shown;
}

function templateArg(state: ParserState): TemplateArg {
  state.enter();
  const result = anyTemplateArg(state);
  state.leave();
  return result;
}

function anyTemplateArg(state: ParserState): TemplateArg {
  if (state.take('X')) {
    const value = expression(state);
    state.expect('E');
    return { shown: value, meant: value };
  }
  if (state.take('J')) return argumentPack(state);
  if (state.take('LZ')) {
    const entity = encoding(state);
    state.expect('E');
    return { shown: entity, meant: entity };
  }
  if (isTemplateParamDeclaration(state)) {
    templateParamDeclaration(state, null); // is not shown
    const { shown } = templateArg(state);
    return { shown, meant: shown };
  }
  const arg = state.look() === 'L' ? primary(state) : type(state);
  return { shown: arg, meant: arg };
}

function argumentPack(state: ParserState): TemplateArg {
  const elements = partsUntil(state, 'E', shownTemplateArg);
  const shown = fromAll(elements, (texts) => new Text(commaSeparated(state.brackets, texts)));
  return { shown, meant: state.pack(elements, NOTHING) };
}

/** An expression in which all enclosing template parameters are in scope. */
export function constraint(state: ParserState): Part {
  return state.with('parametersByNumber', true, () => expression(state));
}

/** `T_`, `T <number> _`, `TL <level> __`, `TL <level> _ <number> _` */
export function templateParam(state: ParserState): Part {
  const start = state.here;
  state.expect('T');
  const level = state.take('L') ? levelOf(state) : 0;
  const index = indexOf(state);
  if (state.parametersByNumber) return named(state.since(start, 1));
  if (state.permitsForwardReferences && level === 0) return forwardReference(state, index);
  const found = state.templateParams[level]?.[index];
  return found ?? artificialParam(state, level);
}

function levelOf(state: ParserState): number {
  const level = state.count() + 1;
  state.expect('_');
  return level;
}

function indexOf(state: ParserState): number {
  if (state.take('_')) return 0;
  const index = state.count() + 1;
  state.expect('_');
  return index;
}

/** A generic lambda's `auto` is mangled as a template parameter that nobody declares. */
function artificialParam(state: ParserState, level: number): Part {
  const { templateParams } = state;
  if (state.lambdaLevel !== level || level > templateParams.length) giveUp();
  if (level === templateParams.length) templateParams.push(null);
  return named('auto');
}

function forwardReference(state: ParserState, index: number): Part {
  const reference = { index, target: null as Part | null };
  state.forwardReferences.push(reference);
  let inProgress = false;
  return new Deferred((position) => {
    // In a malformed name it may refer to what it is itself a part of.
    if (reference.target === null || inProgress) giveUp();
    inProgress = true;
    const text = textAt(reference.target, position);
    inProgress = false;
    return text;
  }, true);
}

/** Behind the name whose template arguments they are, references that came before can be told. */
export function resolveForwardReferences(state: ParserState, first: number): void {
  for (const reference of state.forwardReferences.splice(first)) {
    const target = state.templateParams[0]?.[reference.index];
    if (target === undefined) giveUp();
    reference.target = target;
  }
}
