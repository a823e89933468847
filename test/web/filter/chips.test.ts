// Chips are matchers of a selector; the text between them and the server is the selector's own.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Matcher } from '../../../src/model/selector.ts';
import { chipText, formatChips, parseChips, withChip } from '../../../web/src/filter/chips.ts';
import { anyMatcher } from '../../model/any-matcher.ts';

describe('the text of chips', () => {
  it('is read back as the same chips, whatever the operators', () => {
    fc.assert(
      fc.property(fc.array(anyMatcher, { maxLength: 5 }), (chips) => {
        expect(parseChips(formatChips(chips))).toEqual(chips);
      }),
    );
  });

  it('is nothing without chips', () => {
    expect(formatChips([])).toBe('');
  });

  it.each(['{colour="red"}', '{comm="a"', 'comm="a"', '{comm="a" pid="1"}', '{comm="\\x"}', '{,}'])(
    'stays text where it is wrong: %j',
    (text) => {
      expect(parseChips(text)).toBeUndefined();
    },
  );

  it.each([
    ['{comm="node"}', 'comm = node'],
    ['{comm!="node"}', 'comm ≠ node'],
    ['{pod=~"web-.*"}', 'pod =~ web-.*'],
    ['{pod!~"web-.*"}', 'pod !~ web-.*'],
    ['{comm in ("a", "b")}', 'comm in a, b'],
    ['{comm notin ("a")}', 'comm not in a'],
  ])('shows %s as %s', (text, shown) => {
    expect(parseChips(text)?.map(chipText)).toEqual([shown]);
  });
});

describe('adding a chip', () => {
  const node: Matcher = { label: 'comm', op: '=', value: 'node' };
  const not = (value: string): Matcher => ({ label: 'comm', op: '!=', value });

  it('takes the place of other values of the label, since a sample has one only', () => {
    expect(withChip([node], { ...node, value: 'cc1' })).toEqual([{ ...node, value: 'cc1' }]);
    expect(withChip([{ label: 'comm', op: 'in', values: ['a', 'b'] }], node)).toEqual([node]);
  });

  it('adds exclusions to each other and turns one into its opposite', () => {
    expect(withChip([not('a')], not('b'))).toEqual([not('a'), not('b')]);
    expect(withChip([node], not('node'))).toEqual([not('node')]);
  });

  it('narrows what a pattern selects, also where both have one text', () => {
    const pattern: Matcher = { label: 'comm', op: '=~', value: 'node' };
    expect(withChip([pattern], node)).toEqual([pattern, node]);
  });
});
