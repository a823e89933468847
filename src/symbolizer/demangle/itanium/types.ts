// Types (Itanium C++ ABI, 5.1.5). Each but builtin ones and substitutions can be substituted later.
import { giveUp } from '../not-mangled.ts';
import { builtinType, builtinTypeAfterD, fixedPointType } from './builtin-types.ts';
import { array, memberPointer, pointer, qualified, reference } from './declarators.ts';
import { decltype } from './decltype.ts';
import { expression } from './expressions.ts';
import { functionTypeOf, isFunctionType } from './function-types.ts';
import { expansion } from './lists.ts';
import { cvQualifiers, name, unscopedName } from './names.ts';
import type { ParserState } from './parser-state.ts';
import { templateArgs, templateParam, withTemplateArgs } from './template-args.ts';
import { from, fromTwo, named, Text, type Part } from './text.ts';

const NOTHING = new Text('');

export function type(state: ParserState): Part {
  const builtin = builtinType(state.look());
  if (builtin !== undefined) {
    state.skip(1);
    return builtin;
  }
  state.enter();
  const result = notBuiltin(state);
  state.leave();
  return result;
}

function notBuiltin(state: ParserState): Part {
  if (state.look() === 'S' && state.look(1) !== 't') return substituted(state);
  if (state.look() === 'D') return afterD(state);
  return state.remember(compound(state));
}

function compound(state: ParserState): Part {
  switch (state.look()) {
    case 'r':
    case 'V':
    case 'K':
      return isFunctionType(state) ? functionTypeOf(state) : qualifiedType(state);
    case 'U':
      return qualifiedType(state);
    case 'u':
      return vendorType(state);
    case 'F':
      return functionTypeOf(state);
    case 'A':
      return arrayType(state);
    case 'M':
      return memberPointerType(state);
    case 'T':
      return 'sue'.includes(state.look(1) || '-') ? elaborated(state) : templateParamType(state);
    case 'P':
    case 'R':
    case 'O':
    case 'C':
    case 'G':
      return wrapped(state);
    default:
      return name(state, null);
  }
}

/** One letter, and the type that it says something about. */
function wrapped(state: ParserState): Part {
  const kind = state.look();
  state.skip(1);
  const of = type(state);
  switch (kind) {
    case 'P':
      return from(of, pointer);
    case 'R':
      return from(of, (t) => reference(t, false));
    case 'O':
      return from(of, (t) => reference(t, true));
    case 'C':
      return from(of, (t) => new Text(`${t.left} complex`));
    default:
      return from(of, (t) => new Text(`${t.left} imaginary`));
  }
}

/** A substitution, and template arguments where it is a template. */
function substituted(state: ParserState): Part {
  const { part, isSubstitution } = unscopedName(state, null);
  if (state.look() === 'I' && (!isSubstitution || state.typeTakesTemplateArgs)) {
    if (!isSubstitution) state.remember(part);
    return state.remember(withTemplateArgs(part, templateArgs(state, false)));
  }
  return isSubstitution ? part : state.remember(part);
}

function templateParamType(state: ParserState): Part {
  const param = templateParam(state);
  if (!state.typeTakesTemplateArgs || state.look() !== 'I') return param;
  // A template template parameter.
  state.remember(param);
  return withTemplateArgs(param, templateArgs(state, false));
}

/** `Ts`, `Tu`, `Te` and a name */
function elaborated(state: ParserState): Part {
  const keyword = state.take('Ts') ? 'struct' : state.take('Tu') ? 'union' : 'enum';
  if (keyword === 'enum') state.expect('Te');
  return from(name(state, null), (n) => new Text(`${keyword} ${n.whole}`));
}

/** `U <source-name> [<template-args>] <type>`, or `[r] [V] [K] <type>` */
function qualifiedType(state: ParserState): Part {
  if (!state.take('U')) {
    const cv = cvQualifiers(state);
    const of = type(state);
    return cv === '' ? of : from(of, (t) => qualified(t, cv));
  }
  const qualifier = state.identifier();
  const protocol = /^objcproto(\d+)(.*)$/s.exec(qualifier);
  if (protocol !== null) {
    const protocolName = protocol[2]!.slice(0, Number(protocol[1]));
    return from(innerQualifiedType(state), (t) => objcProtocol(t, protocolName));
  }
  const args = state.look() === 'I' ? templateArgs(state, false) : NOTHING;
  const of = innerQualifiedType(state);
  return fromTwo(of, args, (t, a) => new Text(`${t.whole} ${qualifier}${a.whole}`));
}

/** Of which the whole is substituted, but not this. */
function innerQualifiedType(state: ParserState): Part {
  state.enter();
  const inner = qualifiedType(state);
  state.leave();
  return inner;
}

function objcProtocol(type: Text, protocol: string): Text {
  const kind = type.whole === 'objc_object' ? 'objc-protocol' : 'plain';
  return new Text(`${type.whole}<${protocol}>`, '', 'plain', kind, protocol);
}

/** `u <source-name> [I <type> E]` */
function vendorType(state: ParserState): Part {
  state.expect('u');
  const vendorName = state.identifier();
  if (!state.take('I')) return named(vendorName);
  const of = type(state);
  state.expect('E');
  return from(of, (t) => new Text(`${vendorName}(${t.whole})`));
}

/** `A [<number> | <expression>] _ <type>` */
function arrayType(state: ParserState): Part {
  state.expect('A');
  const dimension = optionalSize(state);
  return fromTwo(type(state), dimension, (t, d) => array(t, d.whole));
}

function optionalSize(state: ParserState): Part {
  if (state.take('_')) return NOTHING;
  const size = sizeOf(state);
  state.expect('_');
  return size;
}

function sizeOf(state: ParserState): Part {
  return state.isDigit() ? named(state.number()) : expression(state);
}

/** `M <class type> <member type>` */
function memberPointerType(state: ParserState): Part {
  state.expect('M');
  const ofClass = type(state);
  return fromTwo(ofClass, type(state), memberPointer);
}

/** What begins with D. */
function afterD(state: ParserState): Part {
  const builtin = builtinTypeAfterD(state.look(1));
  if (builtin !== undefined) {
    state.skip(2);
    return builtin;
  }
  switch (state.look(1)) {
    case 't':
    case 'T':
      return state.remember(decltype(state));
    case 'v':
      return state.remember(vector(state));
    case 'p':
      state.skip(2);
      return state.remember(expansion(state, type(state)));
    case 'o':
    case 'O':
    case 'w':
    case 'x':
      return state.remember(functionTypeOf(state));
    case 'k':
    case 'K':
      return constrainedAuto(state);
    default:
      return sizedBuiltin(state);
  }
}

/** `Dv [<number> | <expression>] _ (<type> | p)` */
function vector(state: ParserState): Part {
  state.expect('Dv');
  const hasNumber = state.isDigit();
  const dimension = optionalSize(state);
  if (hasNumber && state.take('p')) return from(dimension, (d) => new Text(`pixel vector[${d.whole}]`));
  return fromTwo(type(state), dimension, (t, d) => new Text(`${t.whole} vector[${d.whole}]`));
}

/** `Dk` and `DK`, with a concept's name */
function constrainedAuto(state: ParserState): Part {
  const what = state.look(1) === 'k' ? ' auto' : ' decltype(auto)';
  state.skip(2);
  return from(name(state, null), (concept) => new Text(concept.left + what));
}

/** `DF <number> _`, `DF16b`, `DB` and `DU <size> _`, `[DS] DA <size>`, `[DS] DR <size>`; none is substituted. */
function sizedBuiltin(state: ParserState): Part {
  if (state.take('DF16b')) return named('std::bfloat16_t');
  if (state.take('DF')) {
    const bits = state.number();
    state.expect('_');
    return named(`_Float${bits}`);
  }
  if (state.take('DB')) return bitInt(state, '');
  if (state.take('DU')) return bitInt(state, 'unsigned ');
  const saturated = state.take('DS');
  const fixed = fixedPointType(state.look(1), state.look(2), saturated);
  if (fixed === undefined || !/^D[AR]$/.test(state.look() + state.look(1))) giveUp();
  state.skip(3);
  return fixed;
}

function bitInt(state: ParserState, sign: string): Part {
  const size = sizeOf(state);
  state.expect('_');
  return from(size, (s) => new Text(`${sign}_BitInt${state.brackets.round(s.whole)}`));
}
