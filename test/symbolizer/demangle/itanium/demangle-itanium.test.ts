import { describe, expect, it } from 'vitest';
import { demangle } from '../../../../src/symbolizer/demangle/demangle.ts';

describe('C++ names', () => {
  it.each([
    ['a return type around the name', '_Z1fIiEPFivEv', 'int (*f<int>())()'],
    ['arrays of arrays', '_Z1fRA3_A4_i', 'f(int (&) [3][4])'],
    ['a pointer to an array of functions', '_Z1fPA2_PFicE', 'f(int (* (*) [2])(char))'],
    ['references to references', '_Z1fIRiEvOT_', 'void f<int&>(int&)'],
    ['members', '_Z1fM1AKFivE', 'f(int (A::*)() const)'],
    ['an empty pack', '_Z1fIJEEvDpT_', 'void f<>()'],
    [
      'a pattern for each element of a pack',
      '_Z1fIJicEEvDpRKT_',
      'void f<int, char>(int const&, char const&)',
    ],
    ['a conversion to its own template argument', '_ZN1AcvPT_IiEEv', 'A::operator int*<int>()'],
    [
      "a template template parameter's instance, substituted",
      '_Z1fI1QiEvT_IT0_EPS2_S3_S4_',
      'void f<Q, int>(Q<int>, int*, Q<int>, int*)',
    ],
    ['a comparison among template arguments', '_Z1fIXgtLi1ELi2EEEvv', 'void f<(1 > 2)>()'],
    ['the same in parentheses', '_Z1fIXplLi1EgtLi2ELi3EEEvv', 'void f<1 + (2 > 3)>()'],
    ['the same outside of them', '_Z1fIiEvDTgtfp_Li3EE', 'void f<int>(decltype(fp > 3))'],
    ['floating numbers', '_Z1fILf40200000ELd4008000000000000EEvv', 'void f<0x1.4p+1f, 0x1.8p+1>()'],
    ['zero and infinity', '_Z1fILf80000000ELd7ff0000000000000EEvv', 'void f<-0x0p+0f, inf>()'],
    [
      'the smallest numbers',
      '_Z1fILf00000001ELd0000000000000001EEvv',
      'void f<0x1p-149f, 0x0.0000000000001p-1022>()',
    ],
    ['an explicit object', '_ZNH1A1fES_i', 'A::f(this A, int)'],
    ['entities of modules', '_ZW3FooW3BarN1A1fEv', '_ZW3FooW3BarN1A1fEv'],
    ['copies that the compiler made', '_Z3foov.part.0.isra.1', 'foo() (.part.0.isra.1)'],
    ["a lambda's own template parameters", '_ZNK3$_0clIiEEvT_', 'void $_0::operator()<int>(int) const'],
  ])('%s', (_, name, shown) => {
    expect(demangle(name)).toBe(shown);
  });
});
