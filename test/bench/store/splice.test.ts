import { describe, expect, it } from 'vitest';
import { Splicer } from '../../../bench/store/splice.ts';
import { generator } from '../../../bench/lib/random.ts';
import type { LocationId } from '../../../src/model/location.ts';
import type { Stack } from '../../../src/model/stack.ts';
import { stackId } from '../../../src/model/stack.ts';

/** Letters stand for locations, leaf first. */
function stackOf(letters: string): Stack {
  const locations = Array.from(letters, (letter) => BigInt(letter.charCodeAt(0)) as LocationId);
  return { id: stackId(locations), locations };
}
const lettersOf = ({ locations }: Stack) => String.fromCharCode(...locations.map(Number));

function spliced(stacks: readonly string[], programs: readonly string[], of: number): string[] {
  const splicer = new Splicer(stacks.map(stackOf), programs, generator(1));
  const found = Array.from({ length: 200 }, () => splicer.splice(of));
  return found.flatMap((stack) => (stack === null ? [] : [lettersOf(stack)])).sort();
}

describe('splicing stacks', () => {
  it('puts the callees of one stack on the callers of another, at a place that both have', () => {
    expect(spliced(['abCm', 'xyCs'], ['p', 'p'], 0)).toEqual(['xyCm']);
    expect(spliced(['abCm', 'xyCs'], ['p', 'p'], 1)).toEqual(['abCs']);
  });

  it('makes no stack twice, and none that was recorded', () => {
    expect(spliced(['aCm', 'xCm', 'aCs', 'xCs'], ['p', 'p', 'p', 'p'], 0)).toEqual([]);
  });

  it('does not mix programs', () => {
    expect(spliced(['abCm', 'xyCs'], ['p', 'q'], 0)).toEqual([]);
  });

  it('takes a place that recurs in a stack where it stands each time', () => {
    // C calls C: the callees may be those of the inner or of the outer one.
    expect(spliced(['aCCm'], ['p'], 0)).toEqual(['aCCCm', 'aCm']);
  });
});
