// Names in expressions that depend on template parameters (Itanium C++ ABI, 5.1.6.3).
import { giveUp } from '../not-mangled.ts';
import { decltype } from './decltype.ts';
import { within } from './names.ts';
import type { ParserState } from './parser-state.ts';
import { sourceName } from './source-names.ts';
import { substitution } from './substitutions.ts';
import { templateParam, withFollowingTemplateArgs } from './template-args.ts';
import { from, named, Text, type Part } from './text.ts';
import { operatorName } from './unqualified-names.ts';

export function unresolvedName(state: ParserState, isGlobal: boolean): Part {
  if (state.take('srN')) {
    let scope = withFollowingTemplateArgs(state, unresolvedType(state));
    while (!state.take('E')) scope = within(scope, simpleId(state));
    return within(scope, baseName(state));
  }
  if (!state.take('sr')) {
    const base = baseName(state);
    return isGlobal ? global(base) : base;
  }
  if (!state.isDigit()) {
    return within(withFollowingTemplateArgs(state, unresolvedType(state)), baseName(state));
  }
  const first = simpleId(state);
  let scope = isGlobal ? global(first) : first;
  while (!state.take('E')) scope = within(scope, simpleId(state));
  return within(scope, baseName(state));
}

function global(part: Part): Part {
  return from(part, (p) => named(`::${p.whole}`, p.base));
}

/** A template parameter, decltype or substitution */
function unresolvedType(state: ParserState): Part {
  if (state.look() === 'T') return state.remember(templateParam(state));
  if (state.look() === 'D') return state.remember(decltype(state));
  return state.look() === 'S' ? substitution(state) : giveUp();
}

/** `<simple-id>`, `dn <destructor name>`, `[on] <operator-name> [<template-args>]` */
function baseName(state: ParserState): Part {
  if (state.isDigit()) return simpleId(state);
  if (state.take('dn')) {
    const of = state.isDigit() ? simpleId(state) : unresolvedType(state);
    return from(of, (o) => new Text(`~${o.left}`));
  }
  state.take('on');
  return withFollowingTemplateArgs(state, operatorName(state, null));
}

/** `<source-name> [<template-args>]` */
function simpleId(state: ParserState): Part {
  return withFollowingTemplateArgs(state, sourceName(state));
}
