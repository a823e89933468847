// The matchers of a selector as the filter's chips. No DOM.
import { formatMatcher, formatSelector, parseSelector } from '../../../src/model/selector-text.ts';
import type { Matcher, MatcherOperator } from '../../../src/model/selector.ts';
import { isNegative, opposite } from '../../../src/model/selector.ts';

const SIGNS: Readonly<Record<MatcherOperator, string>> = {
  '=': '=',
  '!=': '≠',
  '=~': '=~',
  '!~': '!~',
  in: 'in',
  notin: 'not in',
};

/** Undefined where the text is no selector: it stays text, and the server says what is wrong with it. */
export function parseChips(text: string): readonly Matcher[] | undefined {
  const parsed = parseSelector(text);
  return parsed.ok ? parsed.selector : undefined;
}

/** The text that `parseChips` and the server read back; '' for none. */
export function formatChips(chips: readonly Matcher[]): string {
  return chips.length === 0 ? '' : formatSelector(chips);
}

export function chipText(chip: Matcher): string {
  const value = 'values' in chip ? chip.values.join(', ') : chip.value;
  return `${chip.label} ${SIGNS[chip.op]} ${value}`;
}

/**
 * With one more condition, in the place of its opposite. A sample has one value of a label only, so that values to choose
 * take the place of those chosen before.
 */
export function withChip(chips: readonly Matcher[], chip: Matcher): Matcher[] {
  const kept = chips.filter(
    (each) =>
      each.label !== chip.label || (subject(each) !== subject(chip) && !(chooses(each) && chooses(chip))),
  );
  return [...kept, chip];
}

const chooses = ({ op }: Matcher) => op === '=' || op === 'in';

/** What a matcher is about, whether it holds for that or for all else. */
const subject = (chip: Matcher) => formatMatcher(isNegative(chip.op) ? opposite(chip) : chip);
