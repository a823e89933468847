// Choosing a label's value from those that the window has, with their samples: search as you type.
import type { LabelName, Matcher } from '../../../src/model/selector.ts';
import { LABELS } from '../../../src/model/selector.ts';
import type { LabelValuesBody } from '../api.ts';
import { ask, failureOf } from '../api.ts';
import { byId, element } from '../dom.ts';
import { formatCount } from '../format.ts';
import { labelName } from '../group-name.ts';
import { Latest } from '../latest.ts';
import { createPopover } from '../popover.ts';
import { labelsPath, labelValuesPath } from '../requests.ts';
import type { ViewState } from '../view-state.ts';
import { formatChips, parseChips } from './chips.ts';

/** In the order people ask; the rest follows. */
const FIRST: readonly LabelName[] = ['comm', 'thread', 'container', 'user'];

export interface LabelPickerEvents {
  state(): ViewState;
  onPick(chip: Matcher): void;
}

/** What the values are counted in: the window under the other conditions. */
function asked(state: ViewState, label: string): { from: string; until: string; query: string } {
  const others = parseChips(state.query)?.filter((chip) => chip.label !== label) ?? [];
  return { from: state.from, until: state.until, query: formatChips(others) };
}

export class LabelPicker {
  readonly #events: LabelPickerEvents;
  readonly #labels = byId('picker-labels', HTMLElement);
  readonly #search = byId('picker-search', HTMLInputElement);
  readonly #list = byId('picker-values', HTMLElement);
  readonly #note = byId('picker-note', HTMLElement);
  readonly #popover;
  readonly #latest = new Latest();
  #label: LabelName = 'comm';
  #body: LabelValuesBody | undefined;

  constructor(events: LabelPickerEvents) {
    this.#events = events;
    const button = byId('filter-add', HTMLButtonElement);
    this.#popover = createPopover(button, byId('picker', HTMLElement), () => this.#open());
    this.#search.addEventListener('input', () => this.#draw());
    byId('picker', HTMLElement).addEventListener('keydown', (event) => this.#key(event));
  }

  #open(): void {
    this.#search.value = '';
    this.#drawLabels(LABELS);
    this.#search.focus();
    void this.#loadLabels();
    void this.#loadValues();
  }

  async #loadLabels(): Promise<void> {
    const { names } = await ask<{ names: string[] }>(labelsPath(asked(this.#events.state(), ''))).catch(
      () => ({ names: [...LABELS] }),
    );
    const known = LABELS.filter((label) => names.includes(label) || FIRST.includes(label));
    if (this.#popover.open) this.#drawLabels(known);
  }

  async #loadValues(): Promise<void> {
    this.#note.textContent = 'Asking…';
    const path = labelValuesPath(this.#label, asked(this.#events.state(), this.#label));
    await this.#latest.run(
      (signal) => ask<LabelValuesBody>(path, signal),
      (body) => {
        this.#body = body;
        this.#draw();
      },
      (error) => {
        this.#body = undefined;
        this.#list.replaceChildren();
        this.#note.textContent = failureOf(error).text;
      },
    );
  }

  #drawLabels(known: readonly LabelName[]): void {
    const order = [...FIRST, ...known.filter((label) => !FIRST.includes(label))];
    this.#labels.replaceChildren(
      ...order.map((label) => {
        const pressed = String(label === this.#label);
        const button = element(
          'button',
          { type: 'button', 'aria-pressed': pressed, title: label },
          labelName(label),
        );
        button.addEventListener('click', () => {
          this.#label = label;
          this.#drawLabels(known);
          this.#search.focus();
          void this.#loadValues();
        });
        return button;
      }),
    );
  }

  #draw(): void {
    if (this.#body === undefined) return;
    const { values, hidden } = this.#body;
    const needle = this.#search.value.trim().toLowerCase();
    const found = values.filter(({ value }) => value !== '' && value.toLowerCase().includes(needle));
    const most = Math.max(1, ...values.map(({ count }) => count));
    this.#list.replaceChildren(...found.map(({ value, count }) => this.#row(value, count, most)));
    const more = hidden.count > 0 ? `${formatCount(hidden.count)} rarer values are not listed. ` : '';
    const none =
      needle === '' ? `No sample in this window has a ${labelName(this.#label)}.` : 'No value matches.';
    this.#note.textContent = `${more}${found.length === 0 ? none : ''}`;
  }

  #row(value: string, count: number, most: number): HTMLElement {
    const bar = element('span', { class: 'meter' });
    bar.style.width = `${(100 * count) / most}%`;
    const pick = element(
      'button',
      { type: 'button', class: 'value', title: `Only ${this.#label}="${value}"` },
      bar,
      element('span', { class: 'name' }, value),
      element('span', { class: 'count' }, formatCount(count)),
    );
    const not = element(
      'button',
      {
        type: 'button',
        class: 'not',
        'aria-label': `Leave ${value} out`,
        title: `All but ${this.#label}="${value}"`,
      },
      '≠',
    );
    pick.addEventListener('click', () => this.#pick('=', value));
    not.addEventListener('click', () => this.#pick('!=', value));
    return element('li', {}, pick, not);
  }

  #pick(op: '=' | '!=', value: string): void {
    this.#popover.hide();
    this.#events.onPick({ label: this.#label, op, value });
  }

  /** Down and Up walk the values; Enter in the search takes the first. */
  #key(event: KeyboardEvent): void {
    const rows = [...this.#list.querySelectorAll<HTMLButtonElement>('.value')];
    if (event.key === 'Enter' && event.target === this.#search) {
      event.preventDefault();
      rows[0]?.click();
    }
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    const at = rows.findIndex((row) => row === document.activeElement) + (event.key === 'ArrowDown' ? 1 : -1);
    (at < 0 ? this.#search : rows[Math.min(at, rows.length - 1)])?.focus();
  }
}
