// Names in Rust's second mangling (Rust RFC 2603, "v0").
import { giveUp } from '../not-mangled.ts';
import { path } from './v0-paths.ts';
import { V0State } from './v0-state.ts';

const PREFIX = '_R';
/** A digit behind the prefix is the version of a mangling to come; so far there is one, without a number. */
const SYMBOL = /^_R[A-Z]\w*$/;

export function isRustV0(name: string): boolean {
  return name.startsWith(PREFIX);
}

/**
 * Without crates' hashes, and without the crate that a generic function was instantiated in. A suffix that LLVM added
 * stands in parentheses. Throws `NotMangled`.
 */
export function demangleRustV0(name: string): string {
  const point = name.indexOf('.');
  const mangled = point < 0 ? name : name.slice(0, point);
  if (!SYMBOL.test(mangled)) giveUp();
  const state = new V0State(mangled, PREFIX.length);
  const text = path(state, false);
  if (!state.atEnd) path(state, false);
  if (!state.atEnd) giveUp();
  return point < 0 ? text : `${text} (${name.slice(point)})`;
}
