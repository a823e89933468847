// The filter: a chip for each condition of its selector and for each filter of stacks, or the selector as text.
import type { Matcher } from '../../../src/model/selector.ts';
import { isNegative, opposite } from '../../../src/model/selector.ts';
import { byId, element } from '../dom.ts';
import type { ViewState } from '../view-state.ts';
import { LabelPicker } from './label-picker.ts';
import { chipText, formatChips, parseChips, withChip } from './chips.ts';
import { stackChips } from './stack-chips.ts';

export interface FilterHost {
  change(change: Partial<ViewState>): void;
  state(): ViewState;
}

export class FilterField {
  readonly #host: FilterHost;
  readonly #chips = byId('chips', HTMLElement);
  readonly #stackChips = byId('stack-chips', HTMLElement);
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

  render(state: ViewState): void {
    const { query } = state;
    const parsed = parseChips(query);
    const text = this.#editing || parsed === undefined;
    this.#input.hidden = !text;
    this.#asText.setAttribute('aria-pressed', String(text));
    this.#asText.disabled = parsed === undefined;
    if (document.activeElement !== this.#input) this.#input.value = query;
    const chips = (parsed ?? []).map((chip, i, all) => this.#chip(chip, i, all));
    const ofStacks = stackChips(state).map(({ filter, text: said }) =>
      element(
        'span',
        { class: 'filter-chip stacks' },
        element('span', { title: said }, said),
        this.#remover(said, { [filter]: '' }),
      ),
    );
    const none = element('span', { class: 'none' }, 'everything');
    this.#chips.replaceChildren(...(chips.length + ofStacks.length === 0 ? [none] : chips));
    this.#chips.hidden = text || (chips.length === 0 && ofStacks.length > 0);
    this.#stackChips.hidden = ofStacks.length === 0;
    this.#stackChips.replaceChildren(...ofStacks);
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
    this.#set({ query });
  }

  /** Another filter makes another graph: what was chosen in the last one may not be there. */
  #set(change: Partial<ViewState>): void {
    this.#host.change({ ...change, zoom: '', root: '', pick: '' });
  }

  #add(chip: Matcher): void {
    this.#setQuery(formatChips(withChip(parseChips(this.#host.state().query) ?? [], chip)));
  }

  #chip(chip: Matcher, index: number, all: readonly Matcher[]): HTMLElement {
    const text = chipText(chip);
    const turn = element('button', { type: 'button', title: 'Turn into its opposite' }, text);
    turn.addEventListener('click', () => this.#setQuery(formatChips(all.with(index, opposite(chip)))));
    const remove = this.#remover(text, { query: formatChips(all.toSpliced(index, 1)) });
    return element('span', { class: `filter-chip ${isNegative(chip.op) ? 'not' : 'is'}` }, turn, remove);
  }

  #remover(text: string, change: Partial<ViewState>): HTMLElement {
    const attributes = { type: 'button', class: 'remove', 'aria-label': `Remove ${text}` };
    const remove = element('button', attributes, '×');
    remove.addEventListener('click', () => this.#set(change));
    return remove;
  }
}
