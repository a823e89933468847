import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SymbolResult } from '../../src/model/frame.ts';
import {
  buffersOf,
  ChainWriter,
  missColumns,
  MISS_REASONS,
  resultsOf,
} from '../../src/symbolizer/chain-columns.ts';
import type { SourceFrame } from '../../src/symbolizer/source-frame.ts';

const shown = (name: string) => (name === '' ? '' : `${name}()`);

const place = {
  name: fc.constantFrom('', 'main', '_ZN1a1bEv', 'constructor', '__proto__', '名前'),
  file: fc.constantFrom('', 'a.c', '/src/b.cc', 'main'),
  line: fc.nat(2 ** 32 - 1),
  column: fc.nat(2 ** 32 - 1),
};
const frame: fc.Arbitrary<SourceFrame> = fc.oneof(
  fc.record(place),
  fc.record({ ...place, tier: fc.constantFrom('interpreted', 'optimized') }),
);
const chain = fc.array(frame, { minLength: 1, maxLength: 5 });
const answer = fc.oneof(chain, fc.constantFrom(...MISS_REASONS));
type Answer = SourceFrame[] | (typeof MISS_REASONS)[number];

function columnsOf(answers: readonly Answer[]) {
  const writer = new ChainWriter(answers.length, shown);
  for (const each of answers) {
    if (typeof each === 'string') writer.miss(each);
    else writer.chain(each);
  }
  return writer.finish();
}

function resultOf(each: Answer): SymbolResult {
  if (typeof each === 'string') return { ok: false, reason: each };
  const frames = each.map(({ name, ...others }) => ({
    name: shown(name),
    systemName: name,
    ...others,
  }));
  return { ok: true, frames };
}

const MAIN: SourceFrame = { name: 'main', file: 'a.c', line: 3, column: 1 };
const INLINED: SourceFrame = { name: 'twice', file: 'a.h', line: 9, column: 2 };

describe('columns of chains', () => {
  it('give back every chain and every miss, in the order they were written', () => {
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 40 }), (answers) => {
        expect(resultsOf(columnsOf(answers))).toEqual(answers.map(resultOf));
      }),
    );
  });

  it('survive the way to another thread', () => {
    const columns = columnsOf([[INLINED, MAIN], 'not-covered', [MAIN]]);
    const moved = structuredClone(columns, { transfer: buffersOf(columns) });
    expect(columns.outcome.length).toBe(0); // moved, not copied
    expect(resultsOf(moved)).toEqual([resultOf([INLINED, MAIN]), resultOf('not-covered'), resultOf([MAIN])]);
  });

  it('tell a chain once that many addresses share, and a string once', () => {
    const columns = columnsOf([[INLINED, MAIN], [MAIN], [INLINED, MAIN], [INLINED, MAIN]]);
    expect([...columns.outcome]).toEqual([0, 1, 0, 0]);
    expect([...columns.chains]).toEqual([0, 2, 3]);
    expect(new Set(columns.strings).size).toBe(columns.strings.length);
    const [first, , third] = resultsOf(columns);
    expect(third).toBe(first);
  });

  it('keep chains apart that differ in a column only', () => {
    const columns = columnsOf([[MAIN], [{ ...MAIN, column: 2 }]]);
    expect([...columns.outcome]).toEqual([0, 1]);
  });

  it('demangle a name once, however often it comes', () => {
    const asked: string[] = [];
    const writer = new ChainWriter(3, (name) => {
      asked.push(name);
      return name;
    });
    for (const line of [1, 2, 3]) writer.chain([INLINED, { ...MAIN, line }]);
    expect(asked).toEqual(['twice', 'main']);
  });

  it.each(MISS_REASONS)('tell %s of every address where there is nothing else to tell', (reason) => {
    expect(resultsOf(missColumns(3, reason))).toEqual(Array(3).fill({ ok: false, reason }));
  });
});
