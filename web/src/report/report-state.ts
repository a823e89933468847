// A report's view, kept in the address behind `#`: a link to the file can point into it.
import type { FunctionSort } from './report-functions.ts';

export interface ReportState {
  view: 'icicle' | 'flame';
  search: string;
  /** Key of the frame zoomed into; '' for the whole. */
  zoom: string;
  sort: FunctionSort;
  theme: 'system' | 'light' | 'dark';
}

export const DEFAULT_STATE: Readonly<ReportState> = {
  view: 'icicle',
  search: '',
  zoom: '',
  sort: 'self',
  theme: 'system',
};

function oneOf<T extends string>(value: string | null, allowed: readonly T[], fallback: T): T {
  return allowed.find((each) => each === value) ?? fallback;
}

/** `hash` with or without its `#`; unknown parts fall back to their defaults. */
export function parseState(hash: string): ReportState {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  return {
    view: oneOf(params.get('view'), ['icicle', 'flame'], DEFAULT_STATE.view),
    search: params.get('search') ?? '',
    zoom: params.get('zoom') ?? '',
    sort: oneOf(params.get('sort'), ['self', 'total'], DEFAULT_STATE.sort),
    theme: oneOf(params.get('theme'), ['system', 'light', 'dark'], DEFAULT_STATE.theme),
  };
}

/** `#…`, or '' where everything is at its default. */
export function formatState(state: ReportState): string {
  const params = new URLSearchParams();
  for (const name of Object.keys(DEFAULT_STATE) as (keyof ReportState)[]) {
    if (state[name] !== DEFAULT_STATE[name]) params.set(name, state[name]);
  }
  const text = params.toString();
  return text === '' ? '' : `#${text}`;
}
