// Rust's first mangling: that of C++ for nested names, with punctuation spelled out, and a hash as last element.
import { giveUp } from '../not-mangled.ts';

const PREFIX = /^_ZN(?=\d)/;
const HASH = /^h[0-9a-f]{16}$/;
/** Fewer different digits than a hash ever has: a C++ function can be called `h0000000000000000` as well. */
const MIN_HASH_DIGITS = 5;
/** Behind the name; LLVM's names for copies of a function. */
const SUFFIX = /^(?:\.[\w.$@]+)?$/;

const ESCAPES: Record<string, string> = {
  SP: '@',
  BP: '*',
  RF: '&',
  LT: '<',
  GT: '>',
  LP: '(',
  RP: ')',
  C: ',',
};
const MAX_CODE_POINT = 0x10ffff;

/** Whether it can be one; C++ names are as good as never. */
export function isRustLegacy(name: string): boolean {
  return name.includes('17h') && PREFIX.test(name) && /17h[0-9a-f]{16}E(?:\.|$)/.test(name);
}

/** Without the hash; a suffix stands in parentheses, as for all. Throws `NotMangled`. */
export function demangleRustLegacy(name: string): string {
  let at = (PREFIX.exec(name) ?? giveUp())[0].length;
  const elements: string[] = [];
  while (name[at] !== 'E') {
    const digits = /^\d{1,5}/.exec(name.slice(at, at + 5)) ?? giveUp();
    at += digits[0].length;
    const end = at + Number(digits[0]);
    if (end >= name.length) giveUp();
    elements.push(name.slice(at, end));
    at = end;
  }
  if (elements.length < 2 || !isHash(elements.pop()!)) giveUp();
  const suffix = name.slice(at + 1);
  if (!SUFFIX.test(suffix)) giveUp();
  return elements.map(unescaped).join('::') + (suffix === '' ? '' : ` (${suffix})`);
}

function isHash(element: string): boolean {
  return HASH.test(element) && new Set(element.slice(1)).size >= MIN_HASH_DIGITS;
}

/** `_$LT$alloc..vec..Vec$u20$…` is `<alloc::vec::Vec …`. What is no escape stays as it is. */
function unescaped(element: string): string {
  const text = element.startsWith('_$') ? element.slice(1) : element;
  return text.replaceAll(/\.\.|\$([A-Z]+|u[0-9a-f]+)\$/g, (whole, escape: string | undefined) => {
    if (escape === undefined) return '::';
    return ESCAPES[escape] ?? character(escape) ?? whole;
  });
}

/** Of `u7e`; control characters are not shown. */
function character(escape: string): string | undefined {
  const code = escape.startsWith('u') ? Number.parseInt(escape.slice(1), 16) : NaN;
  const isShown = code >= 0x20 && code <= MAX_CODE_POINT && !(code >= 0x7f && code <= 0x9f);
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  return isShown && !isSurrogate ? String.fromCodePoint(code) : undefined;
}
