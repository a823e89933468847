import { describe, expect, it } from 'vitest';
import { NotMangled } from '../../../../src/symbolizer/demangle/not-mangled.ts';
import { decodePunycode } from '../../../../src/symbolizer/demangle/rust/punycode.ts';

describe('decodePunycode', () => {
  it.each([
    ['', 'ihqwcrb4cv8a8dqg056pqjye', '\u4ed6\u4eec\u4e3a\u4ec0\u4e48\u4e0d\u8bf4\u4e2d\u6587'], // RFC 3492, 7.1 (B)
    ['bcher', 'kva', 'b\u00fccher'],
    ['mnchen', '3ya', 'm\u00fcnchen'],
    ['abc', '', 'abc'],
  ])('%j and %j are %j', (ascii, encoded, text) => {
    expect(decodePunycode(ascii, encoded)).toBe(text);
  });

  it.each(['z', '-', 'zzzzzzzzzzzzzzzzzzzzzzzzzzz', 'A'])('%j is none', (encoded) => {
    expect(() => decodePunycode('', encoded)).toThrow(NotMangled);
  });
});
