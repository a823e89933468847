// The controls around the views: they show the state and ask for a changed one; they hold none of their own.
import { byId, element } from './dom.ts';
import { segments } from './segments.ts';
import type { ViewState } from './view-state.ts';
import { GROUPS } from './view-state.ts';

export interface ToolbarEvents {
  /** `replace`: without a step in the browser's history, for changes that come with every key. */
  change: (change: Partial<ViewState>, replace?: boolean) => void;
  reset: () => void;
  toggleTheme: () => void;
}

export interface Toolbar {
  render(state: ViewState): void;
}

const MODES = [
  { value: 'explore', label: 'Explore', title: 'One window' },
  { value: 'compare', label: 'Compare', title: 'The window against another one' },
] as const;
const PANES = [
  { value: 'flame', label: 'Graph', title: 'The flame graph alone' },
  { value: 'both', label: 'Both', title: 'Flame graph and functions side by side' },
  { value: 'table', label: 'Functions', title: 'The functions alone' },
] as const;
const VIEWS = [
  { value: 'icicle', label: 'Icicle', title: 'Callers on top' },
  { value: 'flame', label: 'Flame', title: 'Callers at the bottom' },
] as const;
const SCALES = [
  { value: 'cpus', label: 'All CPUs', title: 'The axis ends at the number of CPUs' },
  { value: 'peak', label: 'Peak', title: 'The axis ends above the highest point shown' },
] as const;

export function createToolbar({ change, reset, toggleTheme }: ToolbarEvents): Toolbar {
  const search = byId('search', HTMLInputElement);
  const group = byId('group', HTMLSelectElement);
  const live = byId('live', HTMLButtonElement);
  const heat = byId('heat-toggle', HTMLButtonElement);
  const resetZoom = byId('reset', HTMLButtonElement);

  // A key of one tree means nothing in another: zoom and path go where the tree does.
  const modes = segments(byId('modes', HTMLElement), MODES, (mode) => change({ mode, zoom: '', root: '' }));
  const panes = segments(byId('pane-choice', HTMLElement), PANES, (value) => change({ panes: value }));
  const views = segments(byId('views', HTMLElement), VIEWS, (view) => change({ view }));
  const scales = segments(byId('scales', HTMLElement), SCALES, (scale) => change({ scale }, true));
  group.append(...GROUPS.map(({ label, name }) => element('option', { value: label }, name)));

  search.addEventListener('input', () => change({ search: search.value, pick: '' }, true));
  group.addEventListener('change', () => change({ group: group.value, zoom: '', root: '' }));
  live.addEventListener('click', () => change({ live: live.getAttribute('aria-pressed') !== 'true' }));
  heat.addEventListener('click', () => change({ heat: heat.getAttribute('aria-pressed') !== 'true' }));
  resetZoom.addEventListener('click', () => reset());
  byId('theme', HTMLButtonElement).addEventListener('click', () => toggleTheme());

  return {
    render(state) {
      document.body.dataset['mode'] = state.mode;
      modes(state.mode);
      panes(state.panes);
      views(state.view);
      scales(state.scale);
      live.setAttribute('aria-pressed', String(state.live));
      heat.setAttribute('aria-pressed', String(state.heat));
      if (document.activeElement !== search) search.value = state.search;
      group.value = state.group;
      resetZoom.disabled = state.zoom === '' && state.root === '';
    },
  };
}
