// Filters of stacks in the page: their chips, and the menu items that set them for a function. No DOM.
import type { FilterPatterns, StackFilter } from '../../../src/model/stack-filters.ts';
import { MAX_PATTERN_LENGTH, STACK_FILTERS } from '../../../src/model/stack-filters.ts';
import type { MenuItem } from '../menu.ts';
import type { ViewState } from '../view-state.ts';

export interface StackChip {
  filter: StackFilter;
  /** Says what is done. */
  text: string;
}

const WORDS: Readonly<Record<StackFilter, string>> = {
  focus: 'stacks with',
  ignore: 'no stacks with',
  hide: 'hidden:',
  show_from: 'from',
};

export function stackChips(state: FilterPatterns): StackChip[] {
  return STACK_FILTERS.filter((filter) => state[filter] !== '').map((filter) => ({
    filter,
    text: `${WORDS[filter]} ${state[filter]}`,
  }));
}

/** The pattern of RE2 that matches this text alone. */
export function exactly(text: string): string {
  return `^${text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')}$`;
}

/** Further functions join those that are left out already; what is focused on or shown from is one. */
export function withFunction(state: FilterPatterns, filter: StackFilter, name: string): string {
  const before = state[filter];
  const joins = (filter === 'ignore' || filter === 'hide') && before !== '';
  return joins ? `${before}|${exactly(name)}` : exactly(name);
}

const ITEMS: readonly { filter: StackFilter; label: string }[] = [
  { filter: 'focus', label: 'Only stacks with this function' },
  { filter: 'ignore', label: 'No stacks with this function' },
  { filter: 'hide', label: 'Hide this function' },
  { filter: 'show_from', label: 'Show from this function on' },
];

/** Those whose pattern the server would take. */
export function stackItems(
  state: FilterPatterns,
  name: string,
  change: (change: Partial<ViewState>) => void,
): MenuItem[] {
  return ITEMS.map(({ filter, label }) => ({ filter, label, pattern: withFunction(state, filter, name) }))
    .filter(({ pattern }) => pattern.length <= MAX_PATTERN_LENGTH)
    .map(({ filter, label, pattern }) => ({
      label,
      run: () => change({ [filter]: pattern, zoom: '', root: '', pick: '' }),
    }));
}
