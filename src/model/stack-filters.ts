// Filters of stacks by what their frames are called: pprof's options of these names, see `filterStacks`.

/**
 * Each is a regular expression that matches a part of a function's name, a source file or an object's path.
 *
 * - `focus`: only stacks with a frame that matches.
 * - `ignore`: no stack with a frame that matches.
 * - `hide`: frames that match are left out of their stacks; a stack of which nothing is left goes.
 * - `show_from`: what called the outermost frame that matches is left out, and so is a stack without one.
 */
export const STACK_FILTERS = ['focus', 'ignore', 'hide', 'show_from'] as const;
export type StackFilter = (typeof STACK_FILTERS)[number];

/** Patterns; '' is no filter, as for pprof. */
export type FilterPatterns = Record<StackFilter, string>;

/** The filters alone of what else a state or a request has. */
export function filtersOf({ focus, ignore, hide, show_from }: FilterPatterns): FilterPatterns {
  return { focus, ignore, hide, show_from };
}

export const NO_FILTERS: Readonly<FilterPatterns> = { focus: '', ignore: '', hide: '', show_from: '' };

/** Of one filter. Names of functions are tried one by one, and a longer pattern takes longer for each. */
export const MAX_PATTERN_LENGTH = 1000;
