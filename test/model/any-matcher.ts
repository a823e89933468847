// Matchers of every operator, with any text, for properties.
import fc from 'fast-check';
import type { Matcher } from '../../src/model/selector.ts';
import { LABELS } from '../../src/model/selector.ts';

const label = fc.constantFrom(...LABELS);
const text = fc.string({ unit: 'grapheme' });

export const anyMatcher: fc.Arbitrary<Matcher> = fc.oneof(
  fc.record({ label, op: fc.constantFrom('=', '!=', '=~', '!~'), value: text }),
  fc.record({
    label,
    op: fc.constantFrom('in', 'notin'),
    values: fc.array(text, { minLength: 1, maxLength: 5 }),
  }),
);
