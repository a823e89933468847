// The controls above the graph: they show the state and ask for a changed one; they hold none of their own.
import { byId, element } from './dom.ts';
import type { ViewState } from './view-state.ts';
import { GROUPS, PRESETS } from './view-state.ts';

export interface ToolbarEvents {
  /** `replace`: without a step in the browser's history, for changes that come with every key. */
  change(change: Partial<ViewState>, replace?: boolean): void;
  reset(): void;
  toggleTheme(): void;
}

export interface Toolbar {
  render(state: ViewState): void;
  /** Text beside the filter, and the field marked; '' clears it. */
  filterError(message: string): void;
}

const VIEWS = [
  { view: 'icicle', label: 'Icicle', title: 'Callers on top' },
  { view: 'flame', label: 'Flame', title: 'Callers at the bottom' },
] as const;

function segment(label: string, title: string, onClick: () => void): HTMLButtonElement {
  const button = element('button', { type: 'button', title, 'aria-pressed': 'false' }, label);
  button.addEventListener('click', onClick);
  return button;
}

function press(button: HTMLElement, pressed: boolean): void {
  button.setAttribute('aria-pressed', String(pressed));
}

/** `/` goes to the search from anywhere but a text field; Esc resets the view. */
function keyboard(search: HTMLInputElement, reset: () => void): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (event.key === '/' && !typing) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === 'Escape') {
      // A search field clears itself on Esc without telling; the state does it for both.
      event.preventDefault();
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
      reset();
    }
  });
}

export function createToolbar(events: ToolbarEvents): Toolbar {
  const filter = byId('filter', HTMLInputElement);
  const search = byId('search', HTMLInputElement);
  const group = byId('group', HTMLSelectElement);
  const live = byId('live', HTMLButtonElement);
  const reset = byId('reset', HTMLButtonElement);
  const error = byId('filter-error', HTMLElement);
  const custom = byId('custom-window', HTMLElement);

  const presets = PRESETS.map(({ from, label }) =>
    segment(label, `The last ${label}`, () => events.change({ from, until: 'now', zoom: '' })),
  );
  const views = VIEWS.map(({ view, label, title }) => segment(label, title, () => events.change({ view })));
  byId('windows', HTMLElement).append(...presets);
  byId('views', HTMLElement).append(...views);
  group.append(...GROUPS.map(({ label, name }) => element('option', { value: label }, name)));

  byId('filter-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    events.change({ query: filter.value.trim(), zoom: '' });
  });
  search.addEventListener('input', () => events.change({ search: search.value }, true));
  group.addEventListener('change', () => events.change({ group: group.value, zoom: '' }));
  live.addEventListener('click', () => events.change({ live: live.getAttribute('aria-pressed') !== 'true' }));
  reset.addEventListener('click', () => events.reset());
  byId('theme', HTMLButtonElement).addEventListener('click', () => events.toggleTheme());
  keyboard(search, () => events.reset());

  return {
    render(state) {
      PRESETS.forEach(({ from }, i) => press(presets[i]!, state.from === from && state.until === 'now'));
      VIEWS.forEach(({ view }, i) => press(views[i]!, state.view === view));
      press(live, state.live);
      custom.hidden = PRESETS.some(({ from }) => state.from === from && state.until === 'now');
      custom.textContent = `${state.from} – ${state.until}`;
      if (document.activeElement !== filter) filter.value = state.query;
      if (document.activeElement !== search) search.value = state.search;
      group.value = state.group;
      reset.disabled = state.zoom === '';
    },
    filterError(message) {
      error.textContent = message;
      error.hidden = message === '';
      filter.setAttribute('aria-invalid', String(message !== ''));
    },
  };
}
