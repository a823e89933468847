// Paths of Rust's v0 mangling (RFC 2603, "Paths").
import { giveUp } from '../not-mangled.ts';
import { constant } from './v0-consts.ts';
import type { V0State } from './v0-state.ts';
import { lifetime, type } from './v0-types.ts';

/** Of what has no name in the source: closures, and what the compiler makes. */
const SPECIAL_NAMESPACES: Record<string, string> = { C: 'closure', S: 'shim' };

/** `isType`: generic arguments stand behind a type's name at once, behind a function's after `::`. */
export function path(state: V0State, isType: boolean): string {
  return state.nested(() => {
    if (!state.take('I')) return simplePath(state, isType);
    return `${openGenerics(state, isType)}>`;
  });
}

/** With generic arguments left open for more: `Trait<A` and true, or `Trait` and false. */
export function openPath(state: V0State): [string, boolean] {
  if (state.take('B')) {
    let isOpen = false;
    const text = state.backReference(() => {
      const [inner, open] = openPath(state);
      isOpen = open;
      return inner;
    });
    return [text, isOpen];
  }
  if (!state.take('I')) return [simplePath(state, true), false];
  return [openGenerics(state, true), true];
}

function openGenerics(state: V0State, isType: boolean): string {
  const of = path(state, isType);
  const args = state.listUntilE(() => genericArg(state));
  return `${of}${isType ? '' : '::'}<${args.join(', ')}`;
}

/** `L <lifetime>`, `K <const>`, or a type */
function genericArg(state: V0State): string {
  if (state.take('L')) return lifetime(state, state.base62());
  return state.take('K') ? constant(state, false) : type(state);
}

function simplePath(state: V0State, isType: boolean): string {
  switch (state.next()) {
    case 'C': // a crate
      return state.disambiguatedIdentifier();
    case 'M':
      implPath(state);
      return `<${type(state)}>`;
    case 'X':
      implPath(state);
      return `<${type(state)} as ${path(state, true)}>`;
    case 'Y':
      return `<${type(state)} as ${path(state, true)}>`;
    case 'N':
      return nested(state, isType);
    case 'B':
      return state.backReference(() => path(state, isType));
    default:
      return giveUp();
  }
}

/** Where an impl block stands: not shown. */
function implPath(state: V0State): void {
  state.optionalBase62('s');
  path(state, false);
}

/** `N <namespace> <path> [s <number>] <identifier>`: small letters are those of names in the source. */
function nested(state: V0State, isType: boolean): string {
  const namespace = state.next();
  if (!/^[A-Za-z]$/.test(namespace)) giveUp();
  const outer = path(state, isType);
  const disambiguator = state.optionalBase62('s');
  const name = state.identifier();
  if (/[a-z]/.test(namespace)) return name === '' ? outer : `${outer}::${name}`;
  const kind = SPECIAL_NAMESPACES[namespace] ?? namespace;
  return `${outer}::{${kind}${name === '' ? '' : `:${name}`}#${disambiguator}}`;
}
