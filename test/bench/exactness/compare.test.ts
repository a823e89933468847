import { describe, expect, it } from 'vitest';
import type { OurWalk } from '../../../bench/exactness/compare.ts';
import { compareWalks } from '../../../bench/exactness/compare.ts';

const CONTEXT = {
  leafFrames: 2,
  stackCut: false,
  isMapped: (address: bigint) => address < 100n,
  isSwitch: (address: bigint) => address === 77n,
};

function verdict(ours: OurWalk, theirs: readonly bigint[], end: string, stackCut = false): string {
  const { verdict: found } = compareWalks(ours, { frames: [...theirs], end }, { ...CONTEXT, stackCut });
  return found;
}

const walk = (frames: bigint[], end = 'root', skipped = 0): OurWalk => ({ frames, end, skipped });

describe('compareWalks', () => {
  it('wants the same addresses in the same order, as many of them', () => {
    expect(verdict(walk([1n, 2n, 3n]), [1n, 2n, 3n], 'root')).toBe('same');
    expect(verdict(walk([1n, 2n]), [1n, 2n, 3n], 'root')).toBe('fewer-frames');
    expect(verdict(walk([1n, 2n, 3n]), [1n, 2n], 'root')).toBe('more-frames');
    expect(verdict(walk([1n, 9n, 3n]), [1n, 2n, 3n], 'root')).toBe('other-frames');
  });

  it('takes equal walks for equal though neither reached the root', () => {
    expect(verdict(walk([1n], 'noRule'), [1n], 'No DWARF information found')).toBe('same');
  });

  it('passes over the frames that were skipped, and no others', () => {
    expect(verdict(walk([1n, 2n, 9n], 'root', 3), [1n, 2n, 3n, 4n, 5n, 9n], 'root')).toBe('same');
    expect(verdict(walk([1n, 2n, 8n], 'root', 3), [1n, 2n, 3n, 4n, 5n, 9n], 'root')).toBe('other-frames');
    expect(verdict(walk([1n, 2n, 9n], 'root', 2), [1n, 2n, 3n, 4n, 5n, 9n], 'root')).toBe('other-frames');
  });

  it("compares up to the copy's end, only where the stack goes on behind it", () => {
    expect(verdict(walk([1n, 2n], 'copyEnded'), [1n, 2n, 3n], 'root', true)).toBe('same-to-copy-end');
    expect(verdict(walk([1n, 2n], 'copyEnded'), [1n, 2n, 3n], 'root', false)).toBe('fewer-frames');
    expect(verdict(walk([1n, 2n, 3n]), [1n, 2n], 'copy-end', true)).toBe('same-to-copy-end');
    expect(verdict(walk([1n, 9n], 'copyEnded'), [1n, 2n, 3n], 'root', true)).toBe('other-frames');
  });

  it('blames the reference only where it ended with an error and ours goes on to the root', () => {
    expect(verdict(walk([1n, 2n, 3n]), [1n, 2n], 'popped')).toBe('reference-failed');
    expect(verdict(walk([1n, 2n, 3n]), [1n, 500n], 'an error')).toBe('reference-failed');
    expect(verdict(walk([1n, 2n, 3n], 'badRead'), [1n, 2n], 'an error')).toBe('more-frames');
    expect(verdict(walk([1n, 2n, 3n]), [1n, 50n], 'an error')).toBe('other-frames');
  });

  it('does not judge what follows where the stack is changed', () => {
    expect(verdict(walk([1n, 77n, 3n]), [1n, 77n, 2n], 'root')).toBe('switched-stack');
    expect(verdict(walk([1n, 77n], 'badRead'), [1n, 77n, 500n], 'an error')).toBe('switched-stack');
    expect(verdict(walk([1n, 77n, 3n]), [1n, 77n, 3n], 'root')).toBe('same');
    expect(verdict(walk([1n, 2n, 77n]), [1n, 3n, 77n], 'root')).toBe('other-frames');
  });

  it('tells an address of the reference that is no code', () => {
    expect(verdict(walk([1n], 'jit'), [1n, 500n], 'an error')).toBe('reference-strayed');
    expect(verdict(walk([1n], 'jit'), [1n, 50n], 'an error')).toBe('fewer-frames');
  });
});
