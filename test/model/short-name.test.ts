import { describe, expect, it } from 'vitest';
import { shortName } from '../../src/model/short-name.ts';

describe('shortName of C++', () => {
  it.each([
    ['std::vector<int, std::allocator<int>>::push_back(int const&)', 'std::vector<\u2026>::push_back'],
    ['void f<int>(int)', 'f<\u2026>'],
    ['f()', 'f'],
    ['f(int) (.cold)', 'f'],
    ['A::m() const &', 'A::m'],
    ['unsigned long A::m(char (&) [3]) const', 'A::m'],
    ['(anonymous namespace)::f(int)', '(anonymous namespace)::f'],
    ['a::(anonymous namespace)::B<int>::f(int)', 'a::(anonymous namespace)::B<\u2026>::f'],
    ["f(int)::'lambda0'(char)::operator()(char) const", "f::'lambda0'::operator()"],
    ["A::f(int) const::'lambda'(auto...)::operator()<int>(int) const", "A::f::'lambda'::operator()<\u2026>"],
    [
      "auto f<int>(int)::'lambda'<typename $T>($T)::operator()<char>(char) const",
      "f<\u2026>::'lambda'<\u2026>::operator()<\u2026>",
    ],
    ['f(int)::B::g()', 'f::B::g'],
    ['std::ostream& operator<<(std::ostream&, A const&)', 'operator<<'],
    ['std::ostream& std::operator<<<char>(std::ostream&, char)', 'std::operator<<<\u2026>'],
    ['bool operator<<int>(A, A)', 'operator<<\u2026>'],
    ['bool operator><int>(A, A)', 'operator><\u2026>'],
    ['bool operator<=><int>(A, A)', 'operator<=><\u2026>'],
    ['A::operator->() const', 'A::operator->'],
    ['A::operator()(int)', 'A::operator()'],
    ['A::operator[](unsigned long) const', 'A::operator[]'],
    ['A::operator int*() const', 'A::operator int*'],
    ['A::operator B<int>*<char>()', 'A::operator B<\u2026>*<\u2026>'],
    ['A::operator unsigned long() const', 'A::operator unsigned long'],
    ['operator new[](unsigned long)', 'operator new[]'],
    ['operator delete(void*)', 'operator delete'],
    ['operator"" _x(char const*)', 'operator"" _x'],
    ['A::~A()', 'A::~A'],
    ['int (*f(char))(int)', 'f'],
    ['int (*f<int>(char))(int)', 'f<\u2026>'],
    ['decltype(fp(fp0)) call<A, B>(A, B)', 'call<\u2026>'],
    ['std::enable_if<(sizeof (T)) > (4), int>::type f<T>(T)', 'f<\u2026>'],
    ['void f<(1 > 2), (A::operator<(int))>()', 'f<\u2026>'],
    ['void f<&A::operator<(int)>()', 'f<\u2026>'],
    ['f[abi:cxx11](int)', 'f'],
    ['vtable for A<int>', 'vtable for A<\u2026>'],
    ['non-virtual thunk to A<int>::f(int)', 'non-virtual thunk to A<\u2026>::f'],
    ['guard variable for f(int)::x', 'guard variable for f::x'],
    ['std::string::operator=(char const*)', 'std::string::operator='],
    ['operators::f(int)', 'operators::f'],
    ['my_operator(int)', 'my_operator'],
    ['main', 'main'],
  ])('%s', (name, short) => {
    expect(shortName(name)).toBe(short);
  });
});

describe('shortName of Rust', () => {
  it.each([
    ['core::fmt::Write::write_fmt', 'core::fmt::Write::write_fmt'],
    [
      '<alloc::vec::Vec<T> as core::iter::Extend<T>>::extend',
      '<alloc::vec::Vec<\u2026> as core::iter::Extend<\u2026>>::extend',
    ],
    ['<alloc::vec::Vec<u8>>::push', '<alloc::vec::Vec<\u2026>>::push'],
    ['core::ptr::drop_in_place::<alloc::string::String>', 'core::ptr::drop_in_place::<\u2026>'],
    ['core::ptr::drop_in_place<alloc::string::String>', 'core::ptr::drop_in_place<\u2026>'],
    ['<&mut T as core::fmt::Debug>::fmt', '<&mut T as core::fmt::Debug>::fmt'],
    ['<(A, B) as core::fmt::Debug>::fmt', '<(A, B) as core::fmt::Debug>::fmt'],
    [
      '<fn(u8) -> u8 as core::ops::FnOnce<(u8,)>>::call_once',
      '<fn(u8) -> u8 as core::ops::FnOnce<\u2026>>::call_once',
    ],
    ['a::<impl core::fmt::Debug for a::B<T>>::fmt', 'a::<impl core::fmt::Debug for a::B<\u2026>>::fmt'],
    ['a::b::{closure#0}', 'a::b::{closure#0}'],
    ['a::b::{{closure}}', 'a::b::{{closure}}'],
    ['a::b (.llvm.123)', 'a::b'],
  ])('%s', (name, short) => {
    expect(shortName(name)).toBe(short);
  });
});

describe('shortName of others', () => {
  it.each([
    'main.(*T).Method',
    'main.f[...]',
    'main.(*List[...]).Push',
    'net/http.(*conn).serve.func1',
    'type:.eq.[2]main.T',
    'main.F[go.shape.struct { X int; F func(int) }]',
    'gopkg.in/yaml%2ev3.(*parser).parse',
    '[unknown]',
    '[no unwind info: libfoo.so]',
    'memcpy@plt',
    'entry_SYSCALL_64',
    'kmem_cache_alloc.part.0',
    '-[NSString initWithFormat:]',
    'LazyCompile:*parse file:///a/b.js:10:5',
    'operator',
    'operator ',
    '',
  ])('leaves %j as it is', (name) => {
    expect(shortName(name)).toBe(name);
  });

  it.each(['f(', 'f)', 'a<b', 'f<(>)', 'a::b<c(d>', '(('])(
    'leaves %j as it is, whose brackets do not match',
    (name) => {
      expect(shortName(name)).toBe(name);
    },
  );

  it('takes time in proportion to the length', () => {
    for (const part of [
      '<',
      '(',
      '[',
      '{',
      'operator<',
      ' (*',
      '<impl ',
      'a<b>',
      '(int)::',
      'operator ',
      ' < ',
    ]) {
      const began = performance.now();
      shortName(part.repeat(20_000));
      shortName(part.repeat(3000) + ')]}>'.repeat(3000));
      expect(performance.now() - began).toBeLessThan(1500);
    }
  });
});
