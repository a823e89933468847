// Types of Rust's v0 mangling (RFC 2603, "Types").
import { giveUp } from '../not-mangled.ts';
import { constant } from './v0-consts.ts';
import { openPath, path } from './v0-paths.ts';
import type { V0State } from './v0-state.ts';

const BASIC_TYPES: Record<string, string> = {
  a: 'i8',
  b: 'bool',
  c: 'char',
  d: 'f64',
  e: 'str',
  f: 'f32',
  h: 'u8',
  i: 'isize',
  j: 'usize',
  l: 'i32',
  m: 'u32',
  n: 'i128',
  o: 'u128',
  p: '_',
  s: 'i16',
  t: 'u16',
  u: '()',
  v: '...',
  x: 'i64',
  y: 'u64',
  z: '!',
};

/** Letters there are for lifetimes. */
const LETTERS = 26;
/** A binder can say any number; no function has so many lifetimes. */
const MAX_BOUND_LIFETIMES = 1024;

export function type(state: V0State): string {
  const basic = BASIC_TYPES[state.look()];
  if (basic !== undefined) {
    state.next();
    return basic;
  }
  return state.nested(() => compound(state));
}

function compound(state: V0State): string {
  if (state.take('A')) return `[${type(state)}; ${constant(state, true)}]`;
  if (state.take('S')) return `[${type(state)}]`;
  if (state.take('T')) return tuple(state.listUntilE(() => type(state)));
  if (state.take('R')) return `&${referenceLifetime(state)}${type(state)}`;
  if (state.take('Q')) return `&${referenceLifetime(state)}mut ${type(state)}`;
  if (state.take('P')) return `*const ${type(state)}`;
  if (state.take('O')) return `*mut ${type(state)}`;
  if (state.take('F')) return withBinder(state, () => functionSignature(state));
  if (state.take('D')) return dynBounds(state);
  if (state.take('B')) return state.backReference(() => type(state));
  return path(state, true);
}

/** One element has a comma behind it. */
export function tuple(elements: readonly string[]): string {
  return `(${elements.join(', ')}${elements.length === 1 ? ',' : ''})`;
}

function referenceLifetime(state: V0State): string {
  if (!state.take('L')) return '';
  const index = state.base62();
  return index === 0 ? '' : `${lifetime(state, index)} `;
}

/** Counted from the innermost binder outwards; 0 is one that is not named. */
export function lifetime(state: V0State, index: number): string {
  if (index === 0) return "'_";
  const depth = state.boundLifetimes - index;
  if (depth < 0) giveUp();
  return depth < LETTERS ? `'${String.fromCharCode(0x61 + depth)}` : `'z${depth - LETTERS + 1}`;
}

/** `[G <number>]`: `for<'a, 'b> `, in force for what `read` makes of what follows */
function withBinder(state: V0State, read: () => string): string {
  const before = state.boundLifetimes;
  const count = state.optionalBase62('G');
  if (before + count > MAX_BOUND_LIFETIMES) giveUp();
  const names: string[] = [];
  for (let i = 0; i < count; i++) {
    state.boundLifetimes++;
    names.push(lifetime(state, 1));
  }
  const text = read();
  state.boundLifetimes = before;
  return count === 0 ? text : `for<${names.join(', ')}> ${text}`;
}

/** `[U] [K <abi>] <type>* E <return type>` */
function functionSignature(state: V0State): string {
  const unsafe = state.take('U') ? 'unsafe ' : '';
  const abi = state.take('K') ? `extern "${abiName(state)}" ` : '';
  const parameters = state.listUntilE(() => type(state)).join(', ');
  const result = state.take('u') ? '' : ` -> ${type(state)}`;
  return `${unsafe}${abi}fn(${parameters})${result}`;
}

function abiName(state: V0State): string {
  return state.take('C') ? 'C' : state.plainIdentifier().replaceAll('_', '-');
}

/** `[G <number>] <trait>* E <lifetime>` */
function dynBounds(state: V0State): string {
  const bounds = withBinder(state, () => state.listUntilE(() => dynTrait(state)).join(' + '));
  state.expect('L');
  const index = state.base62();
  return `dyn ${bounds}${index === 0 ? '' : ` + ${lifetime(state, index)}`}`;
}

/** `<path> (p <identifier> <type>)*`: associated types stand among the generic arguments */
function dynTrait(state: V0State): string {
  let [text, isOpen] = openPath(state);
  while (state.take('p')) {
    text += isOpen ? ', ' : '<';
    isOpen = true;
    const name = state.identifier();
    text += `${name} = ${type(state)}`;
  }
  return isOpen ? `${text}>` : text;
}
