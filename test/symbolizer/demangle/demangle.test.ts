import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { demangle } from '../../../src/symbolizer/demangle/demangle.ts';

/** What other demanglers made of names of real programs. */
const RECORDED = readFileSync(join(import.meta.dirname, 'names.tsv'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split('\t') as [string, string]);

describe('demangle', () => {
  it('shows names as LLVM does', () => {
    expect(RECORDED.length).toBeGreaterThan(800);
    expect(RECORDED.map(([name]) => [name, demangle(name)])).toEqual(RECORDED);
  });

  it.each([
    '',
    'main',
    'main.(*T).Method',
    '_start',
    '__libc_start_main',
    '_Z',
    '_ZN',
    '_R',
    '?f@@YAXXZ',
    '_Unwind_Find_FDE',
  ])('leaves %j as it is', (name) => {
    expect(demangle(name)).toBe(name);
  });

  it('reads lengths in bytes where identifiers are not of ASCII', () => {
    expect(demangle('_ZN3gr\u00f6\u00dfe4pr\u00fcfEv')).toBe('_ZN3gr\u00f6\u00dfe4pr\u00fcfEv');
    expect(demangle('_ZN7gr\u00f6\u00dfe5pr\u00fcfEi')).toBe('gr\u00f6\u00dfe::pr\u00fcf(int)');
  });

  it('leaves a name alone that is longer than any that is read', () => {
    const name = `_Z1f${'i'.repeat(70_000)}`;
    expect(demangle(name)).toBe(name);
  });
});

describe('a name made to be hard', () => {
  /** `S_`, `S0_`, … */
  const substitution = (index: number): string => {
    return index === 0 ? 'S_' : `S${(index - 1).toString(36).toUpperCase()}_`;
  };
  const many = (count: number, make: (index: number) => string): string => {
    return Array.from({ length: count }, (_, i) => make(i)).join('');
  };

  const doubling = `_Z1fM1AS_${many(60, (i) => `M${substitution(i + 1).repeat(2)}`)}`;
  const doublingRust = (): string => {
    let name = '_RIC1aThhE';
    for (let i = 0, last = '2'; i < 60; i++) {
      const here = name.length - 2 - 1;
      name += `TB${last}_B${last}_E`;
      last = here.toString(36);
    }
    return `${name}E`;
  };

  it.each([
    ['pointers', `_Z1f${'P'.repeat(50_000)}i`],
    ['templates in templates', `_Z1f${'1AI'.repeat(9000)}i${'E'.repeat(9000)}`],
    ['functions in functions', `_Z${'Z'.repeat(9000)}1fv${'E1gv'.repeat(9000)}`],
    ['types of functions', `_Z1f${'PFv'.repeat(9000)}i${'E'.repeat(9000)}`],
    ['operators', `_Z1fIiEvDT${'pl'.repeat(9000)}${'fp_'.repeat(9001)}E`],
    ['casts', `_Z1fIiEvDT${'cvPT_'.repeat(9000)}fp_E`],
    ['packs of packs', `_Z1fI${'J'.repeat(30_000)}i${'E'.repeat(30_000)}EvDpT_`],
    [
      'expansions of packs of expansions',
      `_Z1fIJiiiiEEv${many(5000, (i) => `Dp${i === 0 ? 'T_' : substitution(i)}`)}`,
    ],
    ['lambdas in lambdas', `_Z1fI${'ZNK1gvEUl'.repeat(5000)}v${'E_'.repeat(5000)}Ev`],
    ['substitutions of substitutions', doubling],
    ['a conversion to itself', '_ZN1AcvT_ILT_0EEEv'],
    ['a reference to itself', '_Zcv1BIRT_EIS1_E'],
    ['a length beyond all', '_Z99999999999999999999f'],
    ['a substitution beyond all', '_Z1fSZZZZZZZZZZZZZZZZZZZZ_'],
    ['Rust: pointers', `_RIC1a${'P'.repeat(50_000)}hE`],
    ['Rust: paths', `_R${'Nt'.repeat(9000)}C1a${'1b'.repeat(9000)}`],
    ['Rust: traits', `_RIC1a${'DIC1b'.repeat(5000)}h${'EEL_'.repeat(5000)}E`],
    ['Rust: back references', doublingRust()],
    ['Rust: a back reference to itself', '_RINvC1a1bB8_E'],
    ['Rust: lifetimes', '_RINvC1a1bFGzzzzzzzzzz_EuE'],
    ['Rust: punycode', `_RNvC1au5000_${'z'.repeat(5000)}`],
    ['Rust: a legacy name of many elements', `_ZN${'1a'.repeat(30_000)}17h0123456789abcdefE`],
  ])('costs little: %s', (_, name) => {
    const began = performance.now();
    const shown = demangle(name);
    expect(performance.now() - began).toBeLessThan(1500);
    if (shown !== name) expect(shown.length).toBeLessThanOrEqual(1 << 16);
  });

  it('is shown all the same where it is only deep', () => {
    expect(demangle(`_Z1f${'P'.repeat(500)}i`)).toBe(`f(int${'*'.repeat(500)})`);
    expect(demangle(`_Z1f${'1AI'.repeat(150)}i${'E'.repeat(150)}`)).toBe(
      `f(${'A<'.repeat(150)}int${'>'.repeat(150)})`,
    );
  });
});
