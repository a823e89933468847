// The addresses that a state asks the server for.
import { pathWith } from '../../src/model/page-request.ts';
import { filtersOf } from '../../src/model/stack-filters.ts';
import type { Bins } from './timeline/timeline-bins.ts';
import type { TimeTexts } from './time/presets.ts';
import type { ViewState } from './view-state.ts';

/** Layers of the timeline besides the rest. */
const LAYERS = 7;
/** Rows of the table of functions; what is beyond is told with its share. */
const FUNCTIONS = 1000;
/** Rows of the table of differences. */
const DIFF_FUNCTIONS = 500;
const LABEL_VALUES = 200;

export function topPath(state: ViewState): string {
  const { from, until, query, root, group, sort } = state;
  const by = sort === 'total' ? 'total' : 'self';
  // A path begins with the value grouped by; without one, grouping would only make rows.
  const groupBy = root === '' ? '' : group;
  return pathWith('/api/v1/top', {
    ...{ from, until, query, root, groupBy, ...filtersOf(state), limit: FUNCTIONS, sort: by },
  });
}

export function seriesPath({ fromMs, untilMs, stepMs }: Bins, query: string, group: string): string {
  return pathWith('/api/v1/series', {
    ...{ from: fromMs, until: untilMs, step: `${stepMs}ms` },
    ...{ query, groupBy: group, limit: group === '' ? 1 : LAYERS },
  });
}

export function heatmapPath({ from, until, query }: ViewState): string {
  return pathWith('/api/v1/heatmap', { from, until, query });
}

/** Selector of the base: its own, or the window's. */
export const baseQueryOf = (state: ViewState) => (state.baseQuery === '' ? state.query : state.baseQuery);

export function diffPath(state: ViewState, base: TimeTexts): string {
  return pathWith('/api/v1/diff', {
    ...{ leftFrom: base.from, leftUntil: base.until, leftQuery: baseQueryOf(state) },
    ...{ rightFrom: state.from, rightUntil: state.until, rightQuery: state.query },
    ...filtersOf(state),
    ...{ normalize: state.normalize, groupBy: state.group, maxNodes: state.nodes, limit: DIFF_FUNCTIONS },
  });
}

interface Asked extends TimeTexts {
  query: string;
}

export function labelsPath({ from, until, query }: Asked): string {
  return pathWith('/api/v1/labels', { from, until, query });
}

export function labelValuesPath(label: string, { from, until, query }: Asked): string {
  return pathWith(`/api/v1/labels/${label}/values`, { from, until, query, limit: LABEL_VALUES });
}
