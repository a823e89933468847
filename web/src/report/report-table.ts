// The table of a report's top functions.
import { element } from '../dom.ts';
import { formatCount, formatDuration, formatShare } from '../format.ts';
import { frameLabel } from '../frame-name.ts';
import type { Scheme } from '../palette.ts';
import { classColour } from '../palette.ts';
import type { FunctionSort, FunctionSums } from './report-functions.ts';
import { topFunctions } from './report-functions.ts';

/** Rows drawn at once; the rest comes by a button. */
const PAGE_ROWS = 50;

export interface ReportTableState {
  search: string;
  sort: FunctionSort;
  scheme: Scheme;
}

export interface ReportTable {
  show(state: ReportTableState): void;
}

export interface ReportTableEvents {
  onSort(sort: FunctionSort): void;
  /** A function's name was clicked. */
  onPick(name: string): void;
}

/** `total`: CPU time of the window, ns. */
export function createReportTable(
  container: HTMLElement,
  functions: readonly FunctionSums[],
  total: number,
  events: ReportTableEvents,
): ReportTable {
  let shown = PAGE_ROWS;
  let last = '';
  const show = (state: ReportTableState) => {
    if (state.search !== last) shown = PAGE_ROWS;
    last = state.search;
    const rows = topFunctions(functions, state.sort, state.search);
    const body = element(
      'tbody',
      {},
      ...rows.slice(0, shown).map((row) => tableRow(row, total, state.scheme, events)),
    );
    container.replaceChildren(element('table', { class: 'plain-table' }, head(state.sort, events), body));
    if (rows.length === 0) container.append(element('p', {}, 'No function matches the search.'));
    if (rows.length <= shown) return;
    const more = element('button', { type: 'button', class: 'button' });
    more.textContent = `Show ${formatCount(rows.length - shown)} more`;
    more.addEventListener('click', () => {
      shown = rows.length;
      show(state);
    });
    container.append(more);
  };
  return { show };
}

function head(sort: FunctionSort, events: ReportTableEvents): HTMLElement {
  const sortable = (column: FunctionSort, label: string) => {
    const button = element('button', { type: 'button' }, label);
    button.addEventListener('click', () => events.onSort(column));
    const order = column === sort ? 'descending' : 'none';
    return element('th', { scope: 'colgroup', colspan: '2', 'aria-sort': order }, button);
  };
  const plain = (label: string) => element('th', { scope: 'col', class: 'text' }, label);
  const cells = [sortable('self', 'Self'), sortable('total', 'Total'), plain('Function'), plain('Object')];
  return element('thead', {}, element('tr', {}, ...cells));
}

function tableRow(row: FunctionSums, total: number, scheme: Scheme, events: ReportTableEvents) {
  const cell = (text: string) => element('td', { class: 'number' }, text);
  const share = (part: number) => formatShare(total === 0 ? 0 : part / total);
  const chip = element('span', { class: 'chip' });
  chip.style.background = classColour(row.frameClass, scheme);
  const name = element(
    'button',
    { type: 'button', class: 'link', title: `Search for ${row.name}` },
    frameLabel(row),
  );
  name.addEventListener('click', () => events.onPick(row.name));
  return element(
    'tr',
    {},
    ...[cell(share(row.self)), cell(formatDuration(row.self))],
    ...[cell(share(row.total)), cell(formatDuration(row.total))],
    element('td', { class: 'name' }, chip, name),
    element('td', { class: 'object', title: row.object }, row.object),
  );
}
