import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../bench/exactness/compare.ts';
import type { Tally } from '../../../bench/exactness/tally.ts';
import { count, emptyTally, exactShare } from '../../../bench/exactness/tally.ts';

const SPACE = { mappings: [{ start: 0x1000n, end: 0x2000n, offset: 0x300n, path: '/usr/lib/libx.so' }] };

function add(tally: Tally, verdict: Verdict, ourEnd = 'root', referenceEnd = 'root'): void {
  const pair = {
    comm: 'program',
    space: SPACE,
    registers: new BigUint64Array(17),
    stackAt: 0n,
    stack: new Uint8Array(),
    stackCut: false,
    inKernel: false,
  };
  const ours = { frames: [0x1010n, 0x1020n], skipped: 0, end: ourEnd, byPointer: 1 };
  const reference = { frames: [0x1010n, 0x9000n], end: referenceEnd };
  count(tally, { pair, ours, reference, comparison: { verdict, common: 1 } });
}

describe('count', () => {
  it('counts what is equal, and leaves what the reference failed at out of the share', () => {
    const tally = emptyTally('w');
    add(tally, 'same');
    add(tally, 'same-to-copy-end', 'copyEnded');
    add(tally, 'reference-failed', 'root', 'popped');
    add(tally, 'other-frames');
    expect(tally).toMatchObject({ pairs: 4, exact: 2, toCopyEnd: 1, referenceFailed: 1, framesByPointer: 4 });
    expect(exactShare([tally])).toBeCloseTo(2 / 3);
    expect(Object.fromEntries(tally.ends)).toEqual({ root: 3, copyEnded: 1 });
  });

  it('keeps one example of each kind of difference, by places in files', () => {
    const tally = emptyTally('w');
    add(tally, 'other-frames');
    add(tally, 'other-frames');
    add(tally, 'fewer-frames', 'unsupported');
    const found = [...tally.differences.values()].map(({ verdict, count: times, example }) => [
      verdict,
      times,
      example,
    ]);
    const example =
      'program, 1 frames common of 2 and 2: ours libx.so+0x310, libx.so+0x320; reference libx.so+0x310, 0x9000';
    expect(found).toEqual([
      ['other-frames', 2, example],
      ['fewer-frames', 1, example],
    ]);
  });

  it('has no share of nothing', () => {
    expect(exactShare([])).toBeNaN();
  });
});
