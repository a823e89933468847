// Names of what the compiler makes (Itanium C++ ABI, 5.1.4): virtual tables, thunks, guards.
import { giveUp } from '../not-mangled.ts';
import { encoding } from './encodings.ts';
import { name } from './names.ts';
import type { ParserState } from './parser-state.ts';
import { shownTemplateArg } from './template-args.ts';
import { fromTwo, type Part, prefixed, Text } from './text.ts';
import { type } from './types.ts';
import { moduleName } from './unqualified-names.ts';

const OF_TYPES: Record<string, string> = {
  TV: 'vtable for ',
  TT: 'VTT for ',
  TI: 'typeinfo for ',
  TS: 'typeinfo name for ',
};

const OF_NAMES: Record<string, string> = {
  TW: 'thread-local wrapper routine for ',
  TH: 'thread-local initialization routine for ',
  GV: 'guard variable for ',
};

/** What begins with T or G. */
export function specialName(state: ParserState): Part {
  const letters = state.look() + state.look(1);
  const ofType = OF_TYPES[letters];
  const ofName = OF_NAMES[letters];
  if (ofType === undefined && ofName === undefined) return otherSpecialName(state);
  state.skip(2);
  return ofType === undefined ? prefixed(ofName!, name(state, null)) : prefixed(ofType, type(state));
}

function otherSpecialName(state: ParserState): Part {
  if (state.take('TA')) return prefixed('template parameter object for ', shownTemplateArg(state));
  if (state.take('TC')) return constructionTable(state);
  if (state.take('GR')) return referenceTemporary(state);
  if (state.take('GI')) return prefixed('initializer for module ', moduleName(state, null) ?? giveUp());
  if (state.take('Tc')) {
    callOffset(state);
    callOffset(state);
    return prefixed('covariant return thunk to ', encoding(state));
  }
  state.expect('T');
  const isVirtual = state.look() === 'v';
  callOffset(state);
  return prefixed(`${isVirtual ? '' : 'non-'}virtual thunk to `, encoding(state));
}

/** `TC <type> <number> _ <base type>` */
function constructionTable(state: ParserState): Part {
  const derived = type(state);
  offset(state);
  return fromTwo(type(state), derived, (base, of) => {
    return new Text(`construction vtable for ${base.whole}-in-${of.whole}`);
  });
}

/** `GR <name> [<seq-id>] _`; old compilers have nothing behind the name */
function referenceTemporary(state: ParserState): Part {
  const of = name(state, null);
  const isNumbered = state.sequenceId() >= 0;
  if (!state.take('_') && isNumbered) giveUp();
  return prefixed('reference temporary for ', of);
}

/** `h <number> _`, `v <number> _ <number> _`; not shown */
function callOffset(state: ParserState): void {
  if (state.take('h')) {
    offset(state);
    return;
  }
  state.expect('v');
  offset(state);
  offset(state);
}

function offset(state: ParserState): void {
  if (state.number(true) === '') giveUp();
  state.expect('_');
}
