// The table of differences: one row per function, sortable, with a bar for each change.
import { element } from '../dom.ts';
import { formatCount, formatShare } from '../format.ts';
import { frameLabel } from '../frame-name.ts';
import type { DiffBody } from './diff-body.ts';
import { CHANGE_UNITS, formatChange, formatCpus } from './diff-format.ts';
import type { DiffRow, DiffSort, Metric, SortColumn } from './diff-rows.ts';
import { diffRows, formatSort, METRICS, nextSort, parseSort } from './diff-rows.ts';

/** Rows drawn at once; the rest comes by a button. */
const PAGE_ROWS = 200;

const METRIC_NAMES: Readonly<Record<Metric, string>> = { total: 'Total', self: 'Self' };

export interface DiffTableEvents {
  /** As `formatSort` writes it. */
  onSort(sort: string): void;
  /** A function's name was clicked. */
  onPick(name: string): void;
}

export interface DiffTable {
  show(body: DiffBody, sort: string, search: string): void;
  search(text: string): void;
}

interface Column {
  column: SortColumn;
  label: string;
  number: boolean;
}

function columnsFor({ normalize }: DiffBody): Column[] {
  return [
    { column: 'change', label: `Change (${CHANGE_UNITS[normalize]})`, number: true },
    { column: 'before', label: 'Before', number: true },
    { column: 'after', label: 'After', number: true },
    { column: 'cpusBefore', label: 'CPUs before', number: true },
    { column: 'cpusAfter', label: 'CPUs after', number: true },
    { column: 'name', label: 'Function', number: false },
    { column: 'object', label: 'Object', number: false },
  ];
}

function ariaSort(sort: DiffSort, column: SortColumn): string {
  if (column === 'change' && sort.column === 'size') return 'other';
  if (sort.column !== column) return 'none';
  return sort.descending ? 'descending' : 'ascending';
}

export function createDiffTable(container: HTMLElement, events: DiffTableEvents): DiffTable {
  let body: DiffBody | undefined;
  let sort = parseSort('');
  let term = '';
  let shown = PAGE_ROWS;

  const order = (next: DiffSort) => {
    sort = next;
    draw();
    events.onSort(formatSort(next));
  };

  const draw = () => {
    if (body === undefined) return;
    const rows = diffRows(body.functions, sort, term);
    const focused = focusedColumn(container);
    container.replaceChildren(
      metricSwitch(sort, (metric) => order({ ...sort, metric })),
      element(
        'table',
        { class: 'plain-table diff-rows' },
        head(columnsFor(body), sort, order),
        tableBody(rows.slice(0, shown), body, events),
      ),
      ...foot(rows.length, shown, body, term, () => {
        shown += PAGE_ROWS;
        draw();
      }),
    );
    // A click on a head draws the head anew; the keyboard goes on from there.
    if (focused !== undefined) {
      container.querySelector<HTMLElement>(`th[data-column="${focused}"] button`)?.focus();
    }
  };

  return {
    show(next, sortText, search) {
      body = next;
      sort = parseSort(sortText);
      term = search;
      shown = PAGE_ROWS;
      draw();
    },
    search(text) {
      term = text;
      shown = PAGE_ROWS;
      draw();
    },
  };
}

function focusedColumn(container: HTMLElement): string | undefined {
  const head = document.activeElement?.closest<HTMLElement>('th[data-column]');
  return head != null && container.contains(head) ? head.dataset['column'] : undefined;
}

function metricSwitch({ metric }: DiffSort, choose: (metric: Metric) => void): HTMLElement {
  const buttons = METRICS.map((each) => {
    const title = each === 'self' ? 'CPU time of the function itself' : 'CPU time with everything it calls';
    const pressed = String(each === metric);
    const button = element('button', { type: 'button', title, 'aria-pressed': pressed }, METRIC_NAMES[each]);
    button.addEventListener('click', () => choose(each));
    return button;
  });
  return element('div', { class: 'segments', role: 'group', 'aria-label': 'CPU time compared' }, ...buttons);
}

function head(columns: readonly Column[], sort: DiffSort, order: (next: DiffSort) => void): HTMLElement {
  const cells = columns.map(({ column, label, number }) => {
    const button = element('button', { type: 'button' }, label);
    button.addEventListener('click', () => order(nextSort(sort, column)));
    return element(
      'th',
      {
        ...{ scope: 'col', 'data-column': column, 'aria-sort': ariaSort(sort, column) },
        class: number ? 'number' : '',
      },
      button,
    );
  });
  return element('thead', {}, element('tr', {}, ...cells));
}

function tableBody(rows: readonly DiffRow[], body: DiffBody, events: DiffTableEvents): HTMLElement {
  const largest = rows.reduce((most, { change }) => Math.max(most, Math.abs(change)), 0);
  return element('tbody', {}, ...rows.map((row) => tableRow(row, body, largest, events)));
}

function tableRow(row: DiffRow, { normalize }: DiffBody, largest: number, events: DiffTableEvents) {
  const number = (text: string, ...more: Node[]) => element('td', { class: 'number' }, ...more, text);
  const name = element(
    'button',
    { type: 'button', class: 'link', title: `Search for ${row.name}` },
    frameLabel(row),
  );
  name.addEventListener('click', () => events.onPick(row.name));
  const where = row.file === '' ? row.object : `${row.object}\n${row.file}`;
  return element(
    'tr',
    {},
    number(formatChange(row.change, normalize), bar(row.change, largest)),
    number(formatShare(row.before)),
    number(formatShare(row.after)),
    number(formatCpus(row.cpusBefore)),
    number(formatCpus(row.cpusAfter)),
    element('td', { class: 'name' }, name),
    element('td', { class: 'object', title: where }, row.object),
  );
}

/** From the middle to the left (less) or the right (more), as long as the change against the largest one. */
function bar(change: number, largest: number): HTMLElement {
  const fill = element('span', { class: change < 0 ? 'less' : 'more' });
  fill.style.width = `${largest === 0 ? 0 : (Math.abs(change) / largest) * 50}%`;
  return element('span', { class: 'change-bar', 'aria-hidden': 'true' }, fill);
}

function foot(matching: number, shown: number, body: DiffBody, term: string, more: () => void): Node[] {
  const lines: Node[] = [];
  if (matching > shown) {
    const button = element(
      'button',
      { type: 'button', class: 'button' },
      `Show ${formatCount(matching - shown)} more`,
    );
    button.addEventListener('click', more);
    lines.push(button);
  }
  if (matching === 0) lines.push(element('p', { class: 'diff-cut' }, emptyText(body, term)));
  const { functions, left, right } = body.hiddenFunctions;
  if (functions > 0) {
    const text =
      `${formatCount(functions)} functions with smaller changes are not listed; ` +
      `${formatShare(left.share)} of CPU time before and ${formatShare(right.share)} after is their own.`;
    lines.push(element('p', { class: 'diff-cut' }, text));
  }
  return lines;
}

function emptyText(body: DiffBody, term: string): string {
  if (term === '') return 'No function has samples on either side.';
  return body.hiddenFunctions.functions > 0
    ? 'No function that is listed matches the search.'
    : 'No function matches the search.';
}
