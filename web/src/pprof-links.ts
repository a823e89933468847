// Taking what is shown home: addresses of downloads, the command for Go's pprof, a link that stays.
import { pathWith } from '../../src/model/page-request.ts';
import type { FilterPatterns } from '../../src/model/stack-filters.ts';
import { filtersOf } from '../../src/model/stack-filters.ts';
import { baseQueryOf } from './requests.ts';
import type { TimeSpan } from './time/time-span.ts';
import type { ViewState } from './view-state.ts';
import { formatState } from './view-state.ts';

export interface ShownWindow extends TimeSpan {
  query: string;
  /** What is left out of its stacks. */
  filters?: FilterPatterns;
}

export type ProfileFormat = 'pprof' | 'folded' | 'speedscope' | 'html';

/** With absolute times, so that the file holds exactly what the page shows. pprof is what the route answers unasked. */
export function profilePath(
  { fromMs, untilMs, query, filters }: ShownWindow,
  format: ProfileFormat = 'pprof',
): string {
  const asked = format === 'pprof' ? undefined : format;
  return pathWith('/api/v1/profile', {
    ...{ from: fromMs, until: untilMs, query, ...filters, format: asked },
  });
}

/** Quoted for a POSIX shell; URLSearchParams escapes the only character that would end the quote. */
const quoted = (origin: string, shown: ShownWindow) =>
  `'${origin}${profilePath(shown).replaceAll("'", '%27')}'`;

/** With a base, pprof subtracts it and shows shares of the base. */
export function pprofCommand(origin: string, shown: ShownWindow, base?: ShownWindow): string {
  const diff = base === undefined ? '' : `-diff_base ${quoted(origin, base)} `;
  return `go tool pprof ${diff}${quoted(origin, shown)}`;
}

export interface ShownTimes {
  window: TimeSpan;
  range: TimeSpan | undefined;
  base: TimeSpan | undefined;
}

/** The address of what is shown, with times that mean the same tomorrow. */
export function permalink(origin: string, state: ViewState, { window, range, base }: ShownTimes): string {
  const absolute: ViewState = {
    ...state,
    live: false,
    ...{ from: String(window.fromMs), until: String(window.untilMs) },
    ...(range === undefined ? {} : { rangeFrom: String(range.fromMs), rangeUntil: String(range.untilMs) }),
    ...(base === undefined ? {} : { baseFrom: String(base.fromMs), baseUntil: String(base.untilMs) }),
  };
  return `${origin}/${formatState(absolute)}`;
}

/** What stands in the window's place: a comparison's base, with its own selector. */
export function baseShown(state: ViewState, base: TimeSpan): ShownWindow {
  return { ...base, query: baseQueryOf(state), filters: filtersOf(state) };
}
