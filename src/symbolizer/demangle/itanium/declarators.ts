// Types that are written around others (Itanium C++ ABI, 5.1.5.4): pointers, references, arrays, functions.
import type { Brackets } from './brackets.ts';
import { commaSeparated } from './lists.ts';
import { joined, Text } from './text.ts';

export interface Qualifiers {
  /** ` const`, ` volatile`, ` restrict`, each with the space before it; '' without any. */
  cv: string;
  /** ` &`, ` &&` or ''. */
  ref: string;
}

export function qualified(type: Text, qualifiers: string): Text {
  return new Text(type.left + qualifiers, type.right, type.shape);
}

export function pointer(to: Text): Text {
  // Objective-C's objc_object<P> * is written id<P>.
  if (to.kind === 'objc-protocol') return new Text(`id<${to.base}>`);
  const [open, close] = aroundDeclarator(to);
  return new Text(`${to.left + open}*`, joined(close, to.right));
}

/** A reference to a reference is one; `&&` only where both are (C++ [dcl.ref]). */
export function reference(to: Text, isRvalue: boolean): Text {
  if (to.kind === 'lvalue-reference') return reference(to.inner!, false);
  if (to.kind === 'rvalue-reference') return reference(to.inner!, isRvalue);
  const [open, close] = aroundDeclarator(to);
  const kind = isRvalue ? 'rvalue-reference' : 'lvalue-reference';
  return new Text(to.left + open + (isRvalue ? '&&' : '&'), joined(close, to.right), 'plain', kind, '', to);
}

export function memberPointer(ofClass: Text, member: Text): Text {
  const [open, close] = member.shape === 'plain' ? [' ', ''] : ['(', ')'];
  return new Text(`${member.left + open + ofClass.whole}::*`, joined(close, member.right));
}

/** `dimension` '' where it is not given. */
export function array(element: Text, dimension: string): Text {
  return new Text(element.left, joined(` [${dimension}]`, element.right), 'array');
}

/** `exceptions`: `noexcept` and the like, or ''. */
export function functionType(
  brackets: Brackets,
  result: Text,
  parameters: readonly Text[],
  { cv, ref }: Qualifiers,
  exceptions: string,
): Text {
  const list = brackets.round(commaSeparated(brackets, parameters));
  const behind = exceptions === '' ? '' : ` ${exceptions}`;
  return new Text(`${result.left} `, joined(list, result.right) + cv + ref + behind, 'function');
}

function aroundDeclarator(type: Text): [string, string] {
  switch (type.shape) {
    case 'array':
      return [' (', ')'];
    case 'function':
      return ['(', ')'];
    case 'plain':
      return ['', ''];
  }
}
