// Chips and selector text say the same. The server's own parser is the oracle.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LABELS } from '../../../src/model/selector.ts';
import { parseSelector } from '../../../src/query/selector.ts';
import type { Chip } from '../../../web/src/filter/selector-text.ts';
import { formatChips, parseChips, withChip } from '../../../web/src/filter/selector-text.ts';

const chip = fc.record<Chip>({
  label: fc.constantFrom(...LABELS),
  op: fc.constantFrom('=', '!='),
  value: fc.string({ unit: 'grapheme' }),
});

describe('the text of chips', () => {
  it('is read back by the server and by the page alike', () => {
    fc.assert(
      fc.property(fc.array(chip, { maxLength: 5 }), (chips) => {
        const text = formatChips(chips);
        expect(parseSelector(text)).toEqual({ ok: true, selector: chips });
        expect(parseChips(text)).toEqual(chips);
      }),
    );
  });

  it.each(['', '{}', ' { comm = "node" } ', '{comm="a\\"b\\\\c\\nd",pid!="1",}', '{comm="a, b"}'])(
    'is understood as the server does: %j',
    (text) => {
      const parsed = parseSelector(text);
      expect(parsed.ok && parsed.selector).toEqual(parseChips(text));
    },
  );

  it.each([
    '{comm=~"web-.*"}',
    '{colour="red"}',
    '{comm="a"',
    'comm="a"',
    '{comm="a" pid="1"}',
    '{comm="\\x"}',
    '{,}',
  ])('stays text where it is more than chips can show, or wrong: %j', (text) => {
    expect(parseChips(text)).toBeUndefined();
  });
});

describe('adding a chip', () => {
  const node: Chip = { label: 'comm', op: '=', value: 'node' };

  it('takes the place of another value of the label, since a sample has one only', () => {
    expect(withChip([node], { ...node, value: 'cc1' })).toEqual([{ ...node, value: 'cc1' }]);
  });

  it('adds exclusions to each other and turns one into its opposite', () => {
    const not = (value: string): Chip => ({ label: 'comm', op: '!=', value });
    expect(withChip([not('a')], not('b'))).toEqual([not('a'), not('b')]);
    expect(withChip([node], not('node'))).toEqual([not('node')]);
  });
});
