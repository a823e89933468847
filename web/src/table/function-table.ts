// The table of functions: sorted by its heads, walked by keys, one row chosen.
import type { TopBody } from '../api.ts';
import { byId, element } from '../dom.ts';
import { formatCount, formatDuration, formatShare } from '../format.ts';
import { frameLabel } from '../frame-name.ts';
import { functionKey } from '../function-key.ts';
import type { Sort, ViewState } from '../view-state.ts';
import type { FunctionRow } from './function-rows.ts';
import { PAGE_ROWS, shownRows, sumOf } from './function-rows.ts';

const COLUMNS: readonly { sort: Sort; label: string; title: string }[] = [
  { sort: 'self', label: 'Self', title: 'CPU time of the function itself' },
  { sort: 'total', label: 'Total', title: 'CPU time with everything it called' },
  { sort: 'name', label: 'Function', title: 'By name' },
  { sort: 'object', label: 'Object', title: 'By program, library or kernel module' },
];

export interface FunctionTableEvents {
  onSort(sort: Sort): void;
  /** `functionKey` of the row chosen; '' where it was chosen before. */
  onPick(key: string): void;
  onMenu(row: FunctionRow, at: { x: number; y: number }): void;
}

function timeCells(ns: number, share: number): HTMLElement[] {
  const bar = element('span', { class: 'meter' });
  bar.style.setProperty('--share', String(share));
  return [
    element('td', { class: 'time' }, formatDuration(ns)),
    element('td', { class: 'share' }, bar, element('span', {}, formatShare(share))),
  ];
}

/** `/usr/lib/…/libc.so.6` is told by its last part; the title has it whole. */
const shortObject = (path: string) => (path.startsWith('/') ? path.slice(path.lastIndexOf('/') + 1) : path);

/** The whole name, and the source file where it is known. */
const titleOf = ({ name, file }: FunctionRow) => (file === '' ? name : `${name}\n${file}`);

function rowElement(row: FunctionRow, key: string): HTMLTableRowElement {
  return element(
    'tr',
    { 'data-key': key, tabindex: '-1', 'aria-selected': 'false' },
    ...timeCells(row.self, row.selfShare),
    ...timeCells(row.total, row.totalShare),
    element('td', { class: 'function', title: titleOf(row) }, frameLabel(row)),
    element('td', { class: 'object', title: row.object }, shortObject(row.object)),
  );
}

export class FunctionTable {
  readonly #events: FunctionTableEvents;
  readonly #head = byId('functions-head', HTMLElement);
  readonly #rows = byId('functions-rows', HTMLElement);
  readonly #foot = byId('functions-foot', HTMLElement);
  readonly #byKey = new Map<string, FunctionRow>();
  #body: TopBody | undefined;
  #state: ViewState | undefined;
  #limit = PAGE_ROWS;

  constructor(events: FunctionTableEvents) {
    this.#events = events;
    this.#head.replaceChildren(...COLUMNS.map((column) => this.#headCell(column)));
    this.#rows.addEventListener('click', ({ target }) => this.#pick(this.#rowOf(target)));
    this.#rows.addEventListener('keydown', (event) => this.#key(event));
    this.#rows.addEventListener('contextmenu', (event) => {
      const row = this.#functionOf(this.#rowOf(event.target));
      if (row === undefined) return;
      event.preventDefault();
      events.onMenu(row, { x: event.clientX, y: event.clientY });
    });
  }

  show(body: TopBody, state: ViewState): void {
    this.#body = body;
    this.#limit = PAGE_ROWS;
    this.#state = state;
    this.#draw();
  }

  apply(state: ViewState): void {
    const before = this.#state;
    this.#state = state;
    if (before === undefined || this.#body === undefined) return;
    if (before.search !== state.search || before.sort !== state.sort) this.#draw();
    else if (before.pick !== state.pick) this.#select(true);
  }

  #headCell({ sort, label, title }: (typeof COLUMNS)[number]): HTMLElement {
    const button = element('button', { type: 'button', title }, label);
    button.addEventListener('click', () => this.#events.onSort(sort));
    const span = sort === 'self' || sort === 'total' ? '2' : '1';
    return element('th', { scope: 'col', colspan: span, 'data-sort': sort, class: sort }, button);
  }

  #draw(): void {
    const { search, sort } = this.#state!;
    const found = shownRows(this.#body!, search, sort);
    const shown = this.#withPicked(found);
    this.#byKey.clear();
    for (const row of shown) this.#byKey.set(functionKey(row), row);
    this.#rows.replaceChildren(...shown.map((row) => rowElement(row, functionKey(row))));
    for (const cell of this.#head.children) {
      const own = cell.getAttribute('data-sort') === sort;
      const order = sort === 'name' || sort === 'object' ? 'ascending' : 'descending';
      if (own) cell.setAttribute('aria-sort', order);
      else cell.removeAttribute('aria-sort');
    }
    this.#drawFoot(found, shown.length);
    this.#select(this.#state!.pick !== '');
  }

  /** The first rows, and on to the one that was chosen, wherever it stands. */
  #withPicked(found: readonly FunctionRow[]): FunctionRow[] {
    const at = found.findIndex((row) => functionKey(row) === this.#state!.pick);
    return found.slice(0, Math.max(this.#limit, at + 1));
  }

  /** What is not in the document is said, with its share. */
  #drawFoot(found: readonly FunctionRow[], shown: number): void {
    const { hidden } = this.#body!;
    const parts: (Node | string)[] = [];
    if (found.length === 0) parts.push('No function matches. ');
    if (found.length > shown) {
      const rest = sumOf(found.slice(shown));
      const more = element(
        'button',
        { type: 'button', class: 'link' },
        `Show ${formatCount(Math.min(PAGE_ROWS, rest.functions))} more`,
      );
      more.addEventListener('click', () => {
        this.#limit = shown + PAGE_ROWS;
        this.#draw();
      });
      parts.push(
        `${formatCount(rest.functions)} further functions, ${formatShare(rest.selfShare)} of CPU time. `,
        more,
        ' ',
      );
    }
    if (hidden.functions > 0) {
      parts.push(
        `${formatCount(hidden.functions)} smaller functions were not asked for; ${formatShare(hidden.share)} of CPU time is their own.`,
      );
    }
    this.#foot.hidden = parts.length === 0;
    this.#foot.replaceChildren(...parts);
  }

  /** One row is in the order of Tab: the one chosen, else the first. */
  #select(scroll: boolean): void {
    const { pick } = this.#state!;
    const rows = [...this.#rows.children] as HTMLElement[];
    const picked = rows.find((row) => row.dataset['key'] === pick);
    for (const row of rows) {
      row.setAttribute('aria-selected', String(row === picked));
      row.tabIndex = row === (picked ?? rows[0]) ? 0 : -1;
    }
    if (scroll) picked?.scrollIntoView({ block: 'nearest' });
  }

  #rowOf(target: EventTarget | null): HTMLElement | undefined {
    const row = target instanceof Element ? target.closest('tr') : null;
    return row ?? undefined;
  }

  #functionOf(row: HTMLElement | undefined): FunctionRow | undefined {
    return this.#byKey.get(row?.dataset['key'] ?? '');
  }

  #pick(row: HTMLElement | undefined): void {
    const key = row?.dataset['key'];
    if (key !== undefined) this.#events.onPick(key === this.#state!.pick ? '' : key);
  }

  #key(event: KeyboardEvent): void {
    const rows = [...this.#rows.children] as HTMLElement[];
    const row = this.#rowOf(event.target);
    if (row === undefined) return;
    const at = rows.indexOf(row);
    const last = rows.length - 1;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 15, PageUp: at - 15, Home: 0, End: last }[
      event.key
    ];
    if (to !== undefined) {
      event.preventDefault();
      rows[Math.max(0, Math.min(last, to))]?.focus();
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.#pick(row);
    } else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      const fn = this.#functionOf(row);
      if (fn === undefined) return;
      event.preventDefault();
      const { left, bottom } = row.getBoundingClientRect();
      this.#events.onMenu(fn, { x: left + 24, y: bottom });
    }
  }
}
