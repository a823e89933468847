import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isNegative, opposite } from '../../src/model/selector.ts';
import { anyMatcher } from './any-matcher.ts';

describe('the opposite of a matcher', () => {
  it('is negative where the matcher is not, and turned again the matcher itself', () => {
    fc.assert(
      fc.property(anyMatcher, (matcher) => {
        expect(isNegative(opposite(matcher).op)).toBe(!isNegative(matcher.op));
        expect(opposite(opposite(matcher))).toEqual(matcher);
      }),
    );
  });
});
