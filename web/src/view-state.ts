// The page's whole state, as the URL's query string tells it. Defaults are left out of the URL.
import type { GroupBy } from '../../src/model/selector.ts';
import type { TreeState } from '../../src/model/page-request.ts';
import { DEFAULT_TREE, nodesOf } from '../../src/model/page-request.ts';
import { STACK_FILTERS } from '../../src/model/stack-filters.ts';

export type Mode = 'explore' | 'compare';
export type View = 'icicle' | 'flame';
export type Panes = 'flame' | 'both' | 'table';
export type Theme = 'system' | 'light' | 'dark';
export type Sort = 'self' | 'total' | 'name' | 'object';
export type Normalize = 'share' | 'core-seconds' | 'none';
/** Whose CPU time the widths of a differential flame graph tell. */
export type Widths = 'both' | 'before' | 'after';
/** Top of the timeline's axis: every CPU of the host, or the highest point shown. */
export type Scale = 'cpus' | 'peak';

/** `group` is also the layers of the timeline. */
export interface ViewState extends TreeState {
  mode: Mode;
  /** What the timeline spans; '' for what suits the window. */
  rangeFrom: string;
  rangeUntil: string;
  scale: Scale;
  panes: Panes;
  view: View;
  search: string;
  /** Function chosen in the table, as `functionKey` writes it; '' for none. */
  pick: string;
  /** Key of the frame zoomed into; '' for the whole. */
  zoom: string;
  sort: Sort;
  live: boolean;
  /** Whether the heat map of the window is shown. */
  heat: boolean;
  theme: Theme;
  /** The window compared with; '' for the same length right before. */
  baseFrom: string;
  baseUntil: string;
  /** Selector of the base; '' for the window's own. */
  baseQuery: string;
  normalize: Normalize;
  widths: Widths;
  /** Order of the table of differences, as the comparison names it; '' for its default. */
  diffSort: string;
}

export const DEFAULT_STATE: Readonly<ViewState> = {
  mode: 'explore',
  ...DEFAULT_TREE,
  rangeFrom: '',
  rangeUntil: '',
  scale: 'cpus',
  panes: 'flame',
  view: 'icicle',
  search: '',
  pick: '',
  zoom: '',
  sort: 'self',
  live: false,
  heat: false,
  theme: 'system',
  baseFrom: '',
  baseUntil: '',
  baseQuery: '',
  normalize: 'share',
  widths: 'both',
  diffSort: '',
};

export const GROUPS: readonly { label: GroupBy | ''; name: string }[] = [
  { label: 'comm', name: 'Process' },
  { label: 'exe', name: 'Executable' },
  { label: 'pid', name: 'Process id' },
  { label: 'thread', name: 'Thread' },
  { label: 'container', name: 'Container' },
  { label: 'pod', name: 'Pod' },
  { label: 'namespace', name: 'Namespace' },
  { label: 'unit', name: 'Systemd unit' },
  { label: 'user', name: 'User' },
  { label: 'cpu', name: 'CPU' },
  { label: 'function', name: 'Function' },
  { label: 'object', name: 'Object' },
  { label: 'file', name: 'Source file' },
  { label: '', name: 'Nothing' },
];

/** Unknown or malformed parts fall back to their defaults; times and selectors are for the server to judge. */
export function parseState(queryString: string): ViewState {
  const params = new URLSearchParams(queryString);
  const text = (name: keyof ViewState) => params.get(name) ?? String(DEFAULT_STATE[name]);
  const oneOf = <T extends string>(name: keyof ViewState, allowed: readonly T[]): T =>
    allowed.find((each) => each === text(name)) ?? (DEFAULT_STATE[name] as T);
  return {
    mode: oneOf('mode', ['explore', 'compare']),
    from: text('from'),
    until: text('until'),
    rangeFrom: text('rangeFrom'),
    rangeUntil: text('rangeUntil'),
    query: text('query'),
    focus: text('focus'),
    ignore: text('ignore'),
    hide: text('hide'),
    show_from: text('show_from'),
    group: oneOf(
      'group',
      GROUPS.map(({ label }) => label),
    ),
    scale: oneOf('scale', ['cpus', 'peak']),
    panes: oneOf('panes', ['flame', 'both', 'table']),
    view: oneOf('view', ['icicle', 'flame']),
    search: text('search'),
    pick: text('pick'),
    zoom: text('zoom'),
    root: text('root'),
    sort: oneOf('sort', ['self', 'total', 'name', 'object']),
    live: params.get('live') === '1',
    heat: params.get('heat') === '1',
    theme: oneOf('theme', ['system', 'light', 'dark']),
    nodes: nodesOf(params.get('nodes')),
    baseFrom: text('baseFrom'),
    baseUntil: text('baseUntil'),
    baseQuery: text('baseQuery'),
    normalize: oneOf('normalize', ['share', 'core-seconds', 'none']),
    widths: oneOf('widths', ['both', 'before', 'after']),
    diffSort: text('diffSort'),
  };
}

/** `?…`, or '' where everything is at its default. */
export function formatState(state: ViewState): string {
  const params = new URLSearchParams();
  for (const name of Object.keys(DEFAULT_STATE) as (keyof ViewState)[]) {
    const value = state[name];
    if (value === DEFAULT_STATE[name]) continue;
    params.set(name, typeof value === 'boolean' ? '1' : String(value));
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** True where the window moves with the clock, so that looking again can show something new. */
export function followsNow(state: ViewState): boolean {
  return state.until.startsWith('now') || state.from.startsWith('now');
}

const WINDOW = ['from', 'until', 'query'] as const;
const STACKS = [...WINDOW, ...STACK_FILTERS] as const;
/** What an answer of the server depends on, by the part of the page that asks. */
const ASKED = {
  flame: [...STACKS, 'group', 'root', 'nodes'],
  table: [...STACKS, 'root'],
  heat: WINDOW,
  diff: [...STACKS, 'group', 'nodes', 'baseFrom', 'baseUntil', 'baseQuery', 'normalize'],
} as const satisfies Record<string, readonly (keyof ViewState)[]>;

/** Whether two states show the same data in that part: if so there is nothing to ask the server for. */
export function sameData(part: keyof typeof ASKED, a: ViewState, b: ViewState): boolean {
  return ASKED[part].every((name) => a[name] === b[name]);
}
