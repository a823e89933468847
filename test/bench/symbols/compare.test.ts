import { describe, expect, it } from 'vitest';
import type { Chain } from '../../../bench/symbols/answer-formats.ts';
import { agreedChains, compareAnswers, differenceOf, renamed } from '../../../bench/symbols/compare.ts';
import { withoutAbi } from '../../../bench/symbols/judged-files.ts';

/** "main a.c:3 < start b.c:7" */
function chain(text: string): Chain {
  return text.split(' < ').map((each) => {
    const [, name = '', file = '', line = ''] = /^(\S*) (\S*):(\d+)$/.exec(each) ?? [];
    return { name, file, line: Number(line) };
  });
}

const MAIN = chain('main a.c:3');
const INLINED = chain('twice a.h:9 < main a.c:3');

describe('agreement of the reference tools', () => {
  const agreed = (llvm: Chain, ...others: Chain[]) =>
    agreedChains(
      [1],
      new Map([[1, llvm]]),
      others.map((other) => new Map([[1, other]])),
    ).length === 1;

  it('is of files and lines, by llvm-symbolizer and one other tool; names may differ', () => {
    expect(agreed(INLINED, MAIN, chain('x a.h:9 < y a.c:3'))).toBe(true);
    expect(agreed(INLINED, MAIN, chain('twice a.h:9 < main a.c:4'))).toBe(false);
    expect(agreed(INLINED)).toBe(false);
  });

  it('is none about addresses whose file is not known', () => {
    expect(agreed(chain('main :0'), chain('main :0'))).toBe(false);
    expect(agreed([], [])).toBe(false);
  });
});

describe('the comparison of chains', () => {
  it('may leave out what a file cannot tell of a name', () => {
    const chains = new Map([[1, chain('cpuid.abi0 cpu.s:1 < a.abi0.b a.go:2')]]);
    const wanted = chain('cpuid cpu.s:1 < a.abi0.b a.go:2');
    expect(renamed(chains, withoutAbi)).toEqual(new Map([[1, wanted]]));
  });

  it.each<[Chain, Chain, string | null]>([
    [INLINED, INLINED, null],
    [[], MAIN, 'no answer'],
    [MAIN, INLINED, 'depth'],
    [chain('twice a.h:9 < mayn a.c:3'), INLINED, 'function'],
    [chain('twice b.h:9 < main a.c:3'), INLINED, 'file'],
    [chain('twice a.h:8 < mayn a.c:3'), INLINED, 'line'],
  ])('names where they differ first', (answer, wanted, difference) => {
    expect(differenceOf(answer, wanted)).toBe(difference);
  });

  it('counts equal rows, differences by kind, and shows the first of each', () => {
    const references = [1, 2, 3, 4].map((address) => ({ address, chain: MAIN }));
    const ours = new Map([
      [1, MAIN],
      [2, chain('main a.c:4')],
      [3, chain('main a.c:5')],
    ]);
    const compared = compareAnswers(5, references, ours);
    expect(compared).toMatchObject({ addresses: 5, agreed: 4, equal: 1 });
    expect([...compared.differing]).toEqual([
      ['line', 2],
      ['no answer', 1],
    ]);
    expect([...compared.examples]).toEqual([
      ['line', '0x2: main a.c:4 instead of main a.c:3'],
      ['no answer', '0x4: nothing instead of main a.c:3'],
    ]);
  });
});
