import { describe, expect, it } from 'vitest';
import { isBetter } from '../../src/daemon/better-names.ts';
import type { MissReason, SymbolResult } from '../../src/model/frame.ts';

const miss = (reason: MissReason): SymbolResult => ({ ok: false, reason });
/** A chain by the lines of its frames. */
const chain = (...lines: number[]): SymbolResult => {
  return {
    ok: true,
    frames: lines.map((line) => ({ name: 'f', systemName: 'f', file: '', line, column: 0 })),
  };
};

describe('isBetter', () => {
  it.each([
    ['a name where there was none', miss('no-file'), chain(0)],
    ['a line where there was none', chain(0), chain(7)],
    ['lines in more frames', chain(0, 3), chain(2, 3)],
    ['a longer chain', chain(7), chain(7, 9)],
    ['a longer chain with lines', chain(0), chain(1, 2, 3)],
    ['a miss that was found by looking', miss('no-file'), miss('not-covered')],
  ])('takes %s', (_what, before, after) => {
    expect(isBetter(before, after)).toBe(true);
    expect(isBetter(after, before)).toBe(false);
  });

  it.each([
    ['the same', chain(7), chain(7)],
    ['another line', chain(7), chain(8)],
    ['lines for inlined calls', chain(0, 0), chain(7)],
    ['inlined calls for lines', chain(7), chain(0, 0)],
    ['a miss for another', miss('no-symbols'), miss('not-covered')],
    ['an empty chain', miss('no-file'), chain()],
  ])('does not take %s', (_what, before, after) => {
    expect(isBetter(before, after)).toBe(false);
  });
});
