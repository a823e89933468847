// Names (Itanium C++ ABI, 5.1.3 and 5.1.7): nested, local, unscoped.
import { giveUp } from '../not-mangled.ts';
import type { Qualifiers } from './declarators.ts';
import { encoding } from './encodings.ts';
import type { ParserState } from './parser-state.ts';
import { decltype } from './decltype.ts';
import { substitution } from './substitutions.ts';
import { templateArgs, templateParam, withTemplateArgs } from './template-args.ts';
import { fromTwo, named, Text, type Part } from './text.ts';
import { unqualifiedName } from './unqualified-names.ts';

/** What a function's name says about how the rest of its encoding is to be read. */
export interface NameInfo extends Qualifiers {
  /** A constructor, destructor or conversion: there is no return type. */
  isSpecialMember: boolean;
  /** A template's instance: there is one. */
  endsWithTemplateArgs: boolean;
  /** Its first parameter is written `this …`. */
  hasExplicitObject: boolean;
}

const STD = named('std');

/** `info` is filled in where the name is that of an encoding, and null elsewhere. */
export function name(state: ParserState, info: NameInfo | null): Part {
  state.enter();
  const result = anyName(state, info);
  state.leave();
  return result;
}

function anyName(state: ParserState, info: NameInfo | null): Part {
  if (state.look() === 'N') return nestedName(state, info);
  if (state.look() === 'Z') return localName(state, info);
  const { part, isSubstitution } = unscopedName(state, info);
  if (state.look() !== 'I') return isSubstitution ? giveUp() : part;
  if (!isSubstitution) state.remember(part);
  const args = templateArgs(state, info !== null);
  if (info !== null) info.endsWithTemplateArgs = true;
  return withTemplateArgs(part, args);
}

export interface UnscopedName {
  part: Part;
  /** All of it: what follows decides whether that is a name. */
  isSubstitution: boolean;
}

/** `[St] <unqualified-name>`, or a substitution */
export function unscopedName(state: ParserState, info: NameInfo | null): UnscopedName {
  const scope = state.take('St') ? STD : null;
  if (state.look() !== 'S') return whole(unqualifiedName(state, info, scope, null));
  const found = substitution(state);
  if (found instanceof Text && found.kind === 'module') {
    return whole(unqualifiedName(state, info, scope, found));
  }
  return scope === null ? { part: found, isSubstitution: true } : giveUp();
}

function whole(part: Part): UnscopedName {
  return { part, isSubstitution: false };
}

export function within(scope: Part, inner: Part): Part {
  return fromTwo(scope, inner, (s, i) => named(`${s.whole}::${i.whole}`, i.base));
}

/** `N [H] [<cv-qualifiers>] [<ref-qualifier>] <prefix> <unqualified-name> E`; every prefix can be substituted. */
function nestedName(state: ParserState, info: NameInfo | null): Part {
  state.expect('N');
  if (state.take('H')) {
    if (info !== null) info.hasExplicitObject = true;
  } else {
    const qualifiers = { cv: cvQualifiers(state), ref: refQualifier(state) };
    if (info !== null) Object.assign(info, qualifiers);
  }
  let prefix: Part | null = null;
  let endsWithArgs = false;
  while (!state.take('E')) {
    if (info !== null) info.endsWithTemplateArgs = false;
    const isArgs = state.look() === 'I';
    if (isArgs) {
      if (prefix === null || endsWithArgs) giveUp();
      prefix = withTemplateArgs(prefix, templateArgs(state, info !== null));
      if (info !== null) info.endsWithTemplateArgs = true;
    } else {
      const start: PrefixStart | null = prefix === null ? prefixStart(state) : null;
      prefix = start?.part ?? unqualifiedName(state, info, prefix, moduleBefore(state));
      if (start?.isNew === false) continue;
    }
    endsWithArgs = isArgs;
    state.remember(prefix);
    state.take('M'); // a data member's initializer; no longer used
  }
  if (prefix === null) giveUp();
  // The whole name is a type, and substituted as such, or a function, and not substituted.
  state.substitutions.pop();
  return prefix;
}

interface PrefixStart {
  part: Part;
  /** To be remembered for substitutions. */
  isNew: boolean;
}

/** What only the first prefix can be; null where it is a name as any other. */
function prefixStart(state: ParserState): PrefixStart | null {
  switch (state.look()) {
    case 'T':
      return { part: templateParam(state), isNew: true };
    case 'D':
      if (state.look(1) !== 't' && state.look(1) !== 'T') return null;
      return { part: decltype(state), isNew: true };
    case 'S': {
      if (state.take('St')) return { part: STD, isNew: false };
      const here = state.here;
      const found = substitution(state);
      if (!(found instanceof Text && found.kind === 'module')) return { part: found, isNew: false };
      state.skip(here - state.here); // is read again, with the name
      return null;
    }
    default:
      return null;
  }
}

/** A substitution before a name that has a prefix already can only be its module. */
function moduleBefore(state: ParserState): Text | null {
  if (state.look() !== 'S') return null;
  const found = substitution(state);
  return found instanceof Text && found.kind === 'module' ? found : giveUp();
}

/** `[r] [V] [K]`, in the order in which they are shown */
export function cvQualifiers(state: ParserState): string {
  const restrict = state.take('r') ? ' restrict' : '';
  const volatile = state.take('V') ? ' volatile' : '';
  const constant = state.take('K') ? ' const' : '';
  return constant + volatile + restrict;
}

function refQualifier(state: ParserState): string {
  if (state.take('O')) return ' &&';
  return state.take('R') ? ' &' : '';
}

/** `Z <encoding> E`, then a string literal, or what is declared in a function's parameters or its body */
function localName(state: ParserState, info: NameInfo | null): Part {
  state.expect('Z');
  const outer = encoding(state);
  state.expect('E');
  if (state.take('s')) {
    discriminator(state);
    return inFunction(outer, named('string literal'));
  }
  return state.withOwnTemplateParams(() => {
    if (state.take('d')) {
      state.number(true);
      state.expect('_');
      return inFunction(outer, name(state, info));
    }
    const inner = name(state, info);
    discriminator(state);
    return inFunction(outer, inner);
  });
}

function inFunction(outer: Part, inner: Part): Part {
  return fromTwo(outer, inner, (o, i) => new Text(`${o.whole}::${i.whole}`));
}

/** `_ <digit>`, `__ <number> _`, or old GCC's digits at the end of a name; nothing is shown of it. */
function discriminator(state: ParserState): void {
  if (state.look() === '_') {
    if (state.isDigit(1)) {
      state.skip(2);
    } else if (state.look(1) === '_') {
      let length = 2;
      while (state.isDigit(length)) length++;
      if (state.look(length) === '_') state.skip(length + 1);
    }
    return;
  }
  let length = 0;
  while (state.isDigit(length)) length++;
  if (length > 0 && state.look(length) === '') state.skip(length);
}
