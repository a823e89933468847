// The filter: chips for what a selector of the simple form says, and its text for everything else.
import { byId, element } from '../dom.ts';
import type { ViewState } from '../view-state.ts';
import { LabelPicker } from './label-picker.ts';
import type { Chip } from './selector-text.ts';
import { formatChips, parseChips, withChip } from './selector-text.ts';

export interface FilterHost {
  change(change: Partial<ViewState>): void;
  state(): ViewState;
}

export class FilterField {
  readonly #host: FilterHost;
  readonly #chips = byId('chips', HTMLElement);
  readonly #input = byId('filter', HTMLInputElement);
  readonly #asText = byId('filter-text', HTMLButtonElement);
  readonly #error = byId('filter-error', HTMLElement);
  /** The text is shown although chips could. */
  #editing = false;

  constructor(host: FilterHost) {
    this.#host = host;
    new LabelPicker({ state: () => host.state(), onPick: (chip) => this.#add(chip) });
    this.#asText.addEventListener('click', () => {
      this.#edit(!this.#editing);
      if (this.#editing) this.#input.focus();
    });
    byId('filter-form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      if (!this.#input.hidden) this.#setQuery(this.#input.value.trim());
    });
    this.#input.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      event.stopPropagation();
      this.#input.blur();
      this.#edit(false);
    });
  }

  render({ query }: ViewState): void {
    const parsed = parseChips(query);
    const text = this.#editing || parsed === undefined;
    this.#chips.hidden = text;
    this.#input.hidden = !text;
    this.#asText.setAttribute('aria-pressed', String(text));
    this.#asText.disabled = parsed === undefined;
    if (document.activeElement !== this.#input) this.#input.value = query;
    const chips = (parsed ?? []).map((chip, i, all) => this.#chip(chip, i, all));
    const none = element('span', { class: 'none' }, 'everything');
    this.#chips.replaceChildren(...(chips.length === 0 ? [none] : chips));
  }

  /** Text below the filter, and the field marked; '' clears it. */
  error(message: string): void {
    this.#error.textContent = message;
    this.#error.hidden = message === '';
    this.#input.setAttribute('aria-invalid', String(message !== ''));
  }

  #edit(editing: boolean): void {
    this.#editing = editing;
    this.render(this.#host.state());
  }

  #setQuery(query: string): void {
    this.#host.change({ query, zoom: '', root: '', pick: '' });
  }

  #add(chip: Chip): void {
    this.#setQuery(formatChips(withChip(parseChips(this.#host.state().query) ?? [], chip)));
  }

  #chip(chip: Chip, index: number, all: readonly Chip[]): HTMLElement {
    const text = `${chip.label} ${chip.op === '=' ? '=' : '≠'} ${chip.value}`;
    const turned: Chip = { ...chip, op: chip.op === '=' ? '!=' : '=' };
    const turn = element('button', { type: 'button', title: 'Turn into its opposite' }, text);
    turn.addEventListener('click', () => this.#setQuery(formatChips(all.with(index, turned))));
    const remove = element(
      'button',
      { type: 'button', class: 'remove', 'aria-label': `Remove ${text}` },
      '×',
    );
    remove.addEventListener('click', () => this.#setQuery(formatChips(all.toSpliced(index, 1))));
    return element('span', { class: `filter-chip ${chip.op === '=' ? 'is' : 'not'}` }, turn, remove);
  }
}
