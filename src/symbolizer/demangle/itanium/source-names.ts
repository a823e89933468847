// Identifiers (Itanium C++ ABI, 5.1.3).
import type { ParserState } from './parser-state.ts';
import { named, type Text } from './text.ts';

/** What every compiler calls a namespace without a name begins with this. */
const ANONYMOUS_NAMESPACE = '_GLOBAL__N';

/** `<source-name>` */
export function sourceName(state: ParserState): Text {
  const name = state.identifier();
  return named(name.startsWith(ANONYMOUS_NAMESPACE) ? '(anonymous namespace)' : name);
}
