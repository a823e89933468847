// ABI tags (Itanium C++ ABI, 5.1.3): `B <source-name>`, behind the name that they belong to.
import type { ParserState } from './parser-state.ts';
import { from, Text, type Part } from './text.ts';

export function abiTags(state: ParserState, name: Part): Part {
  let tagged = name;
  while (state.take('B')) {
    const tag = state.identifier();
    tagged = from(tagged, (t) => new Text(`${t.left}[abi:${tag}]`, '', t.shape, 'name', t.base));
  }
  return tagged;
}
