// The first thing that the page asks for, in one place: the server names it in the answer that brings the page, so that
// the browser asks for it before the page's own code has arrived.
import type { FilterPatterns } from './stack-filters.ts';
import { filtersOf, NO_FILTERS } from './stack-filters.ts';

/** What of the page's address decides which call tree it shows. */
export interface TreeState extends FilterPatterns {
  /** As the server reads times: relative, RFC 3339 or epoch ms. */
  from: string;
  until: string;
  query: string;
  /** What the first level is grouped by, a `GroupBy`; '' for nothing. */
  group: string;
  /** Frame names from the outermost; '' for the whole. */
  root: string;
  /** Frames asked for at most. */
  nodes: number;
}

/** Of a page that is opened without any wish. */
export const DEFAULT_TREE: Readonly<TreeState> = {
  from: 'now-5m',
  until: 'now',
  query: '',
  group: 'comm',
  root: '',
  nodes: 4000,
  ...NO_FILTERS,
};

/** Of one answer; the page asks again for what was hidden. */
export const MAX_NODES = 50_000;

/** Longer addresses stay out of a header. */
const MAX_PRELOAD_LENGTH = 2000;

/** Empty and undefined values are left out. */
export function pathWith(
  path: string,
  values: Readonly<Record<string, string | number | undefined>>,
): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== '') params.set(name, String(value));
  }
  const text = params.toString();
  return text === '' ? path : `${path}?${text}`;
}

export function flamegraphPath(state: TreeState): string {
  const { from, until, query, group, root, nodes } = state;
  return pathWith('/api/v1/flamegraph', {
    ...{ from, until, query, groupBy: group, root, maxNodes: nodes },
    ...filtersOf(state),
  });
}

/** Of a page's address; the default where it is none that the page could ask for. */
export function nodesOf(text: string | null): number {
  const nodes = Number(text ?? DEFAULT_TREE.nodes);
  return Number.isInteger(nodes) && nodes >= 1 && nodes <= MAX_NODES ? nodes : DEFAULT_TREE.nodes;
}

/** What the page at that address will ask for first; undefined where that is something else. */
export function firstRequest(address: URLSearchParams): string | undefined {
  if (address.get('mode') === 'compare') return undefined;
  const text = (name: keyof TreeState) => address.get(name) ?? String(DEFAULT_TREE[name]);
  const path = flamegraphPath({
    ...{ from: text('from'), until: text('until'), query: text('query') },
    ...{ group: text('group'), root: text('root'), nodes: nodesOf(address.get('nodes')) },
    ...{ focus: text('focus'), ignore: text('ignore') },
    ...{ hide: text('hide'), show_from: text('show_from') },
  });
  return path.length > MAX_PRELOAD_LENGTH ? undefined : path;
}
