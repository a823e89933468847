// Lists of parts, and what a pack expansion makes of its pattern.
import type { Brackets } from './brackets.ts';
import type { ParserState } from './parser-state.ts';
import { Deferred, isForward, operation, Precedence, Text, textAt, type Part } from './text.ts';

/** An operand in parentheses if it binds as loosely as `limit`, or, `strictly`, more loosely. */
export function operand(brackets: Brackets, text: Text, limit: number, strictly = false): string {
  const loose = strictly ? text.precedence > limit : text.precedence >= limit;
  return loose ? brackets.round(text.whole) : text.whole;
}

/** With commas. An expansion of an empty pack leaves none. */
export function commaSeparated(brackets: Brackets, texts: readonly Text[]): string {
  let list = '';
  for (const text of texts) {
    const item = operand(brackets, text, Precedence.comma);
    if (item !== '') list = list === '' ? item : `${list}, ${item}`;
  }
  return list;
}

/** `pattern...`: the pattern once for every element of the packs in it. */
export function expansion(state: ParserState, pattern: Part): Part {
  // No pack: of a function's parameters, say.
  if (pattern instanceof Text) return operation(`${pattern.whole}...`, Precedence.primary);
  if (isForward(pattern)) return new Deferred(() => expanded(state, pattern), true);
  return expanded(state, pattern);
}

function expanded(state: ParserState, pattern: Part): Text {
  const position = state.outsidePacks();
  const first = textAt(pattern, position).whole;
  if (position.size === null) return new Text(`${first}...`);
  if (position.size === 0) return new Text('');
  let list = first;
  for (position.index = 1; position.index < position.size; position.index++) {
    list += `, ${textAt(pattern, position).whole}`;
  }
  return new Text(list);
}

/** Parts up to the letter that ends them, which is consumed. */
export function partsUntil(state: ParserState, end: string, read: (state: ParserState) => Part): Part[] {
  const parts: Part[] = [];
  while (!state.take(end)) parts.push(read(state));
  return parts;
}
