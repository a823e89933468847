// The page's whole state, as the URL's query string tells it. Defaults are left out of the URL.

export type View = 'icicle' | 'flame';
export type Theme = 'system' | 'light' | 'dark';

export interface ViewState {
  /** As the server reads times: relative, RFC 3339 or epoch ms. */
  from: string;
  until: string;
  query: string;
  /** Label whose values are the first level; '' for none. */
  group: string;
  view: View;
  search: string;
  /** Key of the frame zoomed into; '' for the whole. */
  zoom: string;
  live: boolean;
  theme: Theme;
  /** Frames asked for at most. */
  nodes: number;
}

export const DEFAULT_STATE: Readonly<ViewState> = {
  from: 'now-5m',
  until: 'now',
  query: '',
  group: 'comm',
  view: 'icicle',
  search: '',
  zoom: '',
  live: false,
  theme: 'system',
  nodes: 4000,
};

export const MAX_NODES = 50_000;

export const PRESETS = [
  { from: 'now-5m', label: '5 min' },
  { from: 'now-15m', label: '15 min' },
  { from: 'now-1h', label: '1 h' },
] as const;

export const GROUPS = [
  { label: 'comm', name: 'Process' },
  { label: 'thread', name: 'Thread' },
  { label: 'container', name: 'Container' },
  { label: 'unit', name: 'Systemd unit' },
  { label: 'user', name: 'User' },
  { label: 'cpu', name: 'CPU' },
  { label: '', name: 'Nothing' },
] as const;

function oneOf<T extends string>(value: string | null, allowed: readonly T[], fallback: T): T {
  return allowed.find((each) => each === value) ?? fallback;
}

function nodesOf(text: string | null): number {
  const nodes = Number(text ?? DEFAULT_STATE.nodes);
  return Number.isInteger(nodes) && nodes >= 1 && nodes <= MAX_NODES ? nodes : DEFAULT_STATE.nodes;
}

/** Unknown or malformed parts fall back to their defaults; times and selector are for the server to judge. */
export function parseState(queryString: string): ViewState {
  const params = new URLSearchParams(queryString);
  const text = (name: 'from' | 'until' | 'query' | 'search' | 'zoom') =>
    params.get(name) ?? DEFAULT_STATE[name];
  const groups = GROUPS.map(({ label }) => label);
  return {
    from: text('from'),
    until: text('until'),
    query: text('query'),
    group: oneOf(params.get('group'), groups, 'comm'),
    view: oneOf(params.get('view'), ['icicle', 'flame'], DEFAULT_STATE.view),
    search: text('search'),
    zoom: text('zoom'),
    live: params.get('live') === '1',
    theme: oneOf(params.get('theme'), ['system', 'light', 'dark'], DEFAULT_STATE.theme),
    nodes: nodesOf(params.get('nodes')),
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

/** Whether two states show the same data: if so there is nothing to ask the server for. */
export function sameData(a: ViewState, b: ViewState): boolean {
  return (['from', 'until', 'query', 'group', 'nodes'] as const).every((name) => a[name] === b[name]);
}
