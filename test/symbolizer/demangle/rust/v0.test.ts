import { describe, expect, it } from 'vitest';
import { demangle } from '../../../../src/symbolizer/demangle/demangle.ts';

describe("Rust's v0 names", () => {
  it.each([
    ['crates, without their hash', '_RNvCs15kBYyAo9fc_7mycrate7example', 'mycrate::example'],
    ['closures', '_RNCNCNvC4bla_3foo00B5_', 'bla_::foo::{closure#0}::{closure#0}'],
    ['what the compiler made', '_RNSNvC1a1b6vtable', 'a::b::{shim:vtable#0}'],
    ['methods of a type', '_RNvMC1aNtB2_1b1c', '<a::b>::c'],
    ["methods of a trait's implementation", '_RNvXC1aNtB2_1bNtB2_1d1e', '<a::b as a::d>::e'],
    ['generic arguments', '_RINvC1a1bhRShTjaEE', 'a::b::<u8, &[u8], (usize, i8)>'],
    ['types within types', '_RNvXC1aINtB2_3VechENtB2_1d1e', '<a::Vec<u8> as a::d>::e'],
    ['lifetimes of a binder', '_RINvC1a1bFG_RL0_hEuE', "a::b::<for<'a> fn(&'a u8)>"],
    ['functions of other languages', '_RINvC1a1bFUKCEhE', 'a::b::<unsafe extern "C" fn() -> u8>'],
    ['traits with associated types', '_RINvC1a1bDINtB2_1dhEp1xtEL_E', 'a::b::<dyn a::d<u8, x = u16>>'],
    ['numbers', '_RINvC1a1bKj1f_Kln5_Kob1_Kb1_Kc61_E', "a::b::<31, -5, 177, true, 'a'>"],
    ['large numbers', '_RINvC1a1bKoffffffffffffffffff_E', 'a::b::<0xffffffffffffffffff>'],
    ['strings', '_RINvC1a1bKRe68690a_E', 'a::b::<"hi\\n">'],
    ['structures', '_RINvC1a1bKVNtB2_1PS1xKh5_E', '_RINvC1a1bKVNtB2_1PS1xKh5_E'],
    ['structures of constants', '_RINvC1a1bKVNtB2_1PS1xh5_1yb0_EE', 'a::b::<{a::P { x: 5, y: false }}>'],
    ['arrays', '_RINvC1a1bAhj3_KAh1_h2_EE', 'a::b::<[u8; 3], {[1, 2]}>'],
    ['punycode', '_RNvC1au3_tda', 'a::\u00fc'],
    ['a suffix', '_RNvC1a1b.llvm.5', 'a::b (.llvm.5)'],
    ['the crate that it was instantiated in', '_RINvC1a1bhEC1d', 'a::b::<u8>'],
  ])('%s', (_, name, shown) => {
    expect(demangle(name)).toBe(shown);
  });

  it.each([
    '_R1NvC1a1b',
    '_RNvC1a1bB9_',
    '_RNvC1a$1b',
    '_RINvC1a1bKj01_E',
    '_RINvC1a1bKj_E',
    '_RINvC1a1bRL0_hE',
    '_RNvC1a',
  ])('%s is none', (name) => {
    expect(demangle(name)).toBe(name);
  });
});
