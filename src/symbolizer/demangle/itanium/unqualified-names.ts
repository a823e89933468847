// Unqualified names (Itanium C++ ABI, 5.1.3 to 5.1.5): identifiers, operators, constructors, lambdas.
import { giveUp } from '../not-mangled.ts';
import { abiTags } from './abi-tags.ts';
import { closureOrUnnamedType } from './lambdas.ts';
import { commaSeparated } from './lists.ts';
import { name, within, type NameInfo } from './names.ts';
import { operatorOf } from './operators.ts';
import type { ParserState } from './parser-state.ts';
import { sourceName } from './source-names.ts';
import { from, fromTwo, named, type Part, prefixed, Text } from './text.ts';
import { type } from './types.ts';

/** `[<module>] [F] [L] <name> [<abi-tags>]`, behind a scope where there is one */
export function unqualifiedName(
  state: ParserState,
  info: NameInfo | null,
  scope: Part | null,
  moduleSoFar: Text | null,
): Part {
  const module = moduleName(state, moduleSoFar);
  const isFriend = scope !== null && state.take('F');
  state.take('L'); // internal linkage
  const inScope = scope !== null && isSpecialMember(state) ? unabbreviated(scope) : scope;
  let result = bareName(state, info, inScope, module);
  if (module !== null) result = from(result, (r) => named(`${r.whole}@${module.whole}`, r.base));
  result = abiTags(state, result);
  if (inScope === null) return result;
  if (!isFriend) return within(inScope, result);
  return fromTwo(inScope, result, (s, r) => named(`${s.whole}::friend ${r.whole}`, r.base));
}

function isSpecialMember(state: ParserState): boolean {
  return state.look() === 'C' || (state.look() === 'D' && state.look(1) !== 'C');
}

/** `std::string`'s constructor is basic_string's. */
function unabbreviated(scope: Part): Part {
  return scope instanceof Text && scope.kind === 'substitution' ? scope.inner! : scope;
}

function bareName(state: ParserState, info: NameInfo | null, scope: Part | null, module: Text | null): Part {
  if (state.isDigit()) return sourceName(state);
  if (state.look() === 'U') return closureOrUnnamedType(state, info !== null);
  if (state.take('DC')) return structuredBinding(state);
  if (!isSpecialMember(state)) return operatorName(state, info);
  return scope === null || module !== null ? giveUp() : specialMember(state, info, scope);
}

/** `W [P] <source-name>`, any number of times; each can be substituted. */
export function moduleName(state: ParserState, start: Text | null): Text | null {
  let module = start;
  while (state.take('W')) {
    const isPartition = state.take('P');
    const sub = sourceName(state).whole;
    const before: string = module === null ? '' : module.whole;
    const separator = isPartition ? ':' : before === '' ? '' : '.';
    module = new Text(before + separator + sub, '', 'plain', 'module');
    state.remember(module);
  }
  return module;
}

/** `DC <source-name>+ E` */
function structuredBinding(state: ParserState): Part {
  const names: Text[] = [];
  do names.push(sourceName(state));
  while (!state.take('E'));
  return new Text(state.brackets.square(commaSeparated(state.brackets, names)));
}

/** `C [I] 1…5` and `D 0…5`; what kind of constructor it is, is not shown. */
function specialMember(state: ParserState, info: NameInfo | null, scope: Part): Part {
  const isDestructor = state.take('D');
  if (!isDestructor) state.expect('C');
  const isInherited = !isDestructor && state.take('I');
  if (!(isDestructor ? '01245' : '12345').includes(state.look() || '-')) giveUp();
  state.skip(1);
  if (info !== null) info.isSpecialMember = true;
  if (isInherited) name(state, info); // of the base class; is not shown
  return from(scope, (s) => new Text((isDestructor ? '~' : '') + s.base));
}

export function operatorName(state: ParserState, info: NameInfo | null): Part {
  const operator = operatorOf(state.look() + state.look(1));
  if (operator !== undefined) {
    state.skip(2);
    if (operator.form === 'cast') return conversion(state, info);
    return operator.functionName === '' ? giveUp() : named(operator.functionName);
  }
  if (state.take('li')) return prefixed('operator"" ', sourceName(state));
  state.expect('v');
  if (!state.isDigit()) giveUp();
  state.skip(1); // the number of its operands
  return prefixed('operator ', sourceName(state));
}

/** Its type may refer to the template arguments, which follow the name. */
function conversion(state: ParserState, info: NameInfo | null): Part {
  const permits = state.permitsForwardReferences || info !== null;
  const to = state.with('typeTakesTemplateArgs', false, () => {
    return state.with('permitsForwardReferences', permits, () => type(state));
  });
  if (info !== null) info.isSpecialMember = true;
  return prefixed('operator ', to);
}
