// The filter: chips for what a selector of the simple form says, and its text for everything else.
import { byId, element } from '../dom.ts';
import type { ViewState } from '../view-state.ts';
import { LabelPicker } from './label-picker.ts';
import type { Chip } from './selector-text.ts';
import { formatChips, parseChips, withChip } from './selector-text.ts';

export interface FilterField {
  render(state: ViewState): void;
  /** Text below the filter, and the field marked; '' clears it. */
  error(message: string): void;
}

export function createFilterField(
  change: (change: Partial<ViewState>) => void,
  stateOf: () => ViewState,
): FilterField {
  const chips = byId('chips', HTMLElement);
  const input = byId('filter', HTMLInputElement);
  const asText = byId('filter-text', HTMLButtonElement);
  const error = byId('filter-error', HTMLElement);
  /** The text is shown although chips could. */
  let editing = false;

  const setQuery = (query: string) => change({ query, zoom: '', root: '', pick: '' });
  const setChips = (next: readonly Chip[]) => setQuery(formatChips(next));
  const add = (chip: Chip) => setChips(withChip(parseChips(stateOf().query) ?? [], chip));
  new LabelPicker({ state: stateOf, onPick: add });

  const chipElement = (chip: Chip, index: number, all: readonly Chip[]) => {
    const text = `${chip.label} ${chip.op === '=' ? '=' : '≠'} ${chip.value}`;
    const turned: Chip = { ...chip, op: chip.op === '=' ? '!=' : '=' };
    const turn = element('button', { type: 'button', title: 'Turn into its opposite' }, text);
    turn.addEventListener('click', () => setChips(all.map((each, i) => (i === index ? turned : each))));
    const remove = element(
      'button',
      { type: 'button', class: 'remove', 'aria-label': `Remove ${text}` },
      '×',
    );
    remove.addEventListener('click', () => setChips(all.filter((_, i) => i !== index)));
    return element('span', { class: `filter-chip ${chip.op === '=' ? 'is' : 'not'}` }, turn, remove);
  };

  const render = ({ query }: ViewState) => {
    const parsed = parseChips(query);
    const text = editing || parsed === undefined;
    chips.hidden = text;
    input.hidden = !text;
    asText.setAttribute('aria-pressed', String(text));
    asText.disabled = parsed === undefined;
    if (document.activeElement !== input) input.value = query;
    const shown = parsed ?? [];
    const none = element('span', { class: 'none' }, 'everything');
    chips.replaceChildren(...(shown.length === 0 ? [none] : shown.map(chipElement)));
  };

  asText.addEventListener('click', () => {
    editing = !editing;
    render(stateOf());
    if (editing) input.focus();
  });
  byId('filter-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    if (input.hidden) return;
    setQuery(input.value.trim());
  });
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    editing = false;
    input.blur();
    render(stateOf());
  });

  return {
    render,
    error(message) {
      error.textContent = message;
      error.hidden = message === '';
      input.setAttribute('aria-invalid', String(message !== ''));
    },
  };
}
