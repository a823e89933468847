import { describe, expect, it } from 'vitest';
import { demangle } from '../../../../src/symbolizer/demangle/demangle.ts';

describe("Rust's legacy names", () => {
  it.each([
    [
      'are shown without the hash',
      '_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE',
      'core::fmt::Write::write_fmt',
    ],
    [
      'have their punctuation back',
      '_ZN61_$LT$alloc..vec..Vec$LT$T$GT$$u20$as$u20$core..fmt..Debug$GT$3fmt17h0123456789abcdefE',
      '<alloc::vec::Vec<T> as core::fmt::Debug>::fmt',
    ],
    ['have their closures', '_ZN1a1b28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE', 'a::b::{{closure}}'],
    ['have letters of any language', '_ZN8gr$uf6$e1b17h0123456789abcdefE', 'gr\u00f6e::b'],
    ['keep what is no escape', '_ZN7a$FOO$b1c17h0123456789abcdefE', 'a$FOO$b::c'],
    ['show no control characters', '_ZN5a$u7$1c17h0123456789abcdefE', 'a$u7$::c'],
    ['have suffixes', '_ZN1a1b17h0123456789abcdefE.llvm.123', 'a::b (.llvm.123)'],
  ])('%s', (_, name, shown) => {
    expect(demangle(name)).toBe(shown);
  });

  it('are not taken for such without a hash', () => {
    expect(demangle('_ZN1a1b17h0000000000000000E')).toBe('a::b::h0000000000000000');
    expect(demangle('_ZN1a1bE')).toBe('a::b');
    expect(demangle('_ZN1a1b17h0123456789abcdefEv')).toBe('a::b::h0123456789abcdef()');
  });
});
