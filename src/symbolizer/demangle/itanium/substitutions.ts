// Substitutions (Itanium C++ ABI, 5.1.8): what was said before, and standard abbreviations.
import { giveUp } from '../not-mangled.ts';
import { abiTags } from './abi-tags.ts';
import type { ParserState } from './parser-state.ts';
import { named, Text, type Part } from './text.ts';

const CHAR = 'char, std::char_traits<char>';

/** As it is shown, and as a constructor or destructor of it is named: by the template that it is an instance of. */
function abbreviation(short: string, base: string, full: string, fullBase: string): Text {
  return new Text(short, '', 'plain', 'substitution', base, named(full, fullBase));
}

function instance(alias: string, args: string): Text {
  return abbreviation(`std::${alias}`, alias, `std::basic_${alias}<${args}>`, `basic_${alias}`);
}

const ABBREVIATIONS = new Map<string, Text>([
  ['a', abbreviation('std::allocator', 'allocator', 'std::allocator', 'allocator')],
  ['b', abbreviation('std::basic_string', 'basic_string', 'std::basic_string', 'basic_string')],
  ['s', instance('string', `${CHAR}, std::allocator<char>`)],
  ['i', instance('istream', CHAR)],
  ['o', instance('ostream', CHAR)],
  ['d', instance('iostream', CHAR)],
]);

/** `S_`, `S <seq-id> _`, or S and a small letter other than t */
export function substitution(state: ParserState): Part {
  state.expect('S');
  const abbreviated = ABBREVIATIONS.get(state.look());
  if (abbreviated !== undefined) {
    state.skip(1);
    const tagged = abiTags(state, abbreviated);
    // With tags it is something new.
    return tagged === abbreviated ? abbreviated : state.remember(tagged);
  }
  const index = state.take('_') ? 0 : numbered(state);
  return state.substitutions[index] ?? giveUp();
}

function numbered(state: ParserState): number {
  const index = state.sequenceId() + 1;
  if (index === 0) giveUp();
  state.expect('_');
  return index;
}
