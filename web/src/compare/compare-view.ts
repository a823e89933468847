// Two windows compared: the differential flame graph, its legend, and the table of differences.
import { element } from '../dom.ts';
import type { FlameChart } from '../flame-chart.ts';
import { createFlameChart } from '../flame-chart.ts';
import { formatCount, formatShare } from '../format.ts';
import { pathTo } from '../frame-cursor.ts';
import type { Scheme } from '../palette.ts';
import type { Tooltip } from '../tooltip.ts';
import { createTooltip } from '../tooltip.ts';
import type { DiffBody } from './diff-body.ts';
import { formatChange, formatCpus, formatPoints } from './diff-format.ts';
import { diffLegend } from './diff-legend.ts';
import { diffColour } from './diff-palette.ts';
import type { DiffTable } from './diff-table.ts';
import { createDiffTable } from './diff-table.ts';
import { diffContent } from './diff-tooltip.ts';
import type { DiffNode, Widths } from './diff-tree.ts';
import { diffMatch, diffTree } from './diff-tree.ts';
import { createStripes } from './stripes.ts';

export interface CompareEvents {
  /** A frame was clicked: its key; '' for the whole. */
  onZoom(key: string): void;
  /** The table was put into another order, as `formatSort` of diff-rows.ts writes it. */
  onSort(sort: string): void;
  scheme(): Scheme;
  /** The menu of a frame is asked for, at a point of the viewport, px; `path` leads from the whole to it. */
  onMenu?(path: readonly DiffNode[], at: { x: number; y: number }): void;
  /** A function of the table was clicked. */
  onPick?(name: string): void;
}

/** The part of the page's state that a comparison is drawn by. */
export interface CompareState {
  view: 'icicle' | 'flame';
  search: string;
  /** Key of the frame zoomed into; '' for the whole. */
  zoom: string;
  widths: Widths;
  /** What `onSort` gave; '' for the largest changes first. */
  sort?: string;
}

export interface CompareView {
  show(body: DiffBody, state: CompareState): void;
  search(text: string): void;
  zoom(key: string): void;
  recolour(): void;
  resize(): void;
  /** True while the pointer rests on a frame. */
  readonly pointedAt: boolean;
}

export function createCompareView(container: HTMLElement, events: CompareEvents): CompareView {
  return new View(container, events);
}

class View implements CompareView {
  #tree: DiffNode | undefined;
  #drawn: ({ body: DiffBody } & CompareState) | undefined;
  #legend: HTMLElement;
  readonly #events: CompareEvents;
  readonly #chart: FlameChart<DiffNode>;
  readonly #table: DiffTable;
  readonly #tooltip: Tooltip = createTooltip();
  readonly #stripes = createStripes();
  readonly #totals = element('p', { class: 'diff-totals' });
  readonly #match = element('output', { class: 'diff-match', hidden: '' });
  readonly #cut = element('p', { class: 'cut', hidden: '' });
  readonly #area = element('div', { class: 'diff-chart' });

  constructor(container: HTMLElement, events: CompareEvents) {
    this.#events = events;
    this.#legend = diffLegend(events.scheme());
    const rows = element('section', { class: 'diff-table', 'aria-label': 'Differences by function' });
    const line = element('div', { class: 'diff-head' }, this.#totals, this.#match, this.#legend);
    container.replaceChildren(line, this.#cut, this.#stripes.element, this.#area, rows);
    this.#stripes.recolour(events.scheme());
    this.#table = createDiffTable(rows, {
      onSort: (sort) => events.onSort(sort),
      onPick: (name) => events.onPick?.(name),
    });
    this.#chart = createFlameChart<DiffNode>(this.#area, {
      colour: (node, matched) => diffColour(node, events.scheme(), matched),
      onZoom: (node) => events.onZoom(node === this.#tree ? '' : node.key),
      onHover: (event, node) => this.#tooltip.show(event, diffContent(node)),
      onLeave: () => this.#tooltip.hide(),
      onMenu: (event, node) => this.#menu(node, { x: event.clientX, y: event.clientY }),
    });
  }

  get pointedAt(): boolean {
    return this.#tooltip.visible;
  }

  show(body: DiffBody, state: CompareState): void {
    const { view, search, zoom, widths, sort = '' } = state;
    const before = this.#drawn;
    this.#drawn = { body, ...state };
    this.#table.show(body, sort, search);
    // Another order of the table leaves the graph as it is.
    if (before?.body === body && before.view === view && before.widths === widths) {
      this.#chart.zoom(zoom);
      if (before.search !== search) this.#searchGraph(search);
      return;
    }
    this.#tree = diffTree(body, widths);
    this.#tooltip.hide();
    this.#chart.show(this.#tree, view === 'icicle');
    this.#chart.zoom(zoom);
    this.#totals.textContent = totalsText(body);
    this.#renderCut(body);
    if (search !== '') this.#chart.search(search);
    this.#renderMatch(search);
  }

  search(text: string): void {
    if (this.#drawn !== undefined) this.#drawn.search = text;
    this.#table.search(text);
    this.#searchGraph(text);
  }

  zoom(key: string): void {
    if (this.#drawn !== undefined) this.#drawn.zoom = key;
    this.#chart.zoom(key);
  }

  recolour(): void {
    const legend = diffLegend(this.#events.scheme());
    this.#legend.replaceWith(legend);
    this.#legend = legend;
    this.#stripes.recolour(this.#events.scheme());
    this.#chart.recolour();
  }

  resize(): void {
    this.#chart.resize();
  }

  #menu({ key }: DiffNode, at: { x: number; y: number }): void {
    if (this.#tree === undefined) return;
    this.#tooltip.hide();
    this.#events.onMenu?.(pathTo(this.#tree, key), at);
  }

  #searchGraph(term: string): void {
    this.#chart.search(term);
    this.#renderMatch(term);
  }

  /** A cut is never silent, and what was cut cannot be searched: then the shares are lower bounds, and say so. */
  #renderMatch(term: string): void {
    this.#match.hidden = term === '' || this.#tree === undefined;
    if (term === '' || this.#tree === undefined) return;
    const { frames, left, right } = diffMatch(this.#tree, term);
    const least = (this.#drawn?.body.hidden.nodes ?? 0) > 0 ? '≥ ' : '';
    this.#match.value =
      frames === 0
        ? 'no match'
        : `${least}${formatShare(left)} before, ${least}${formatShare(right)} after ` +
          `(${formatPoints(right - left)} points) in ${formatCount(frames)} ${frames === 1 ? 'frame' : 'frames'}`;
  }

  #renderCut({ hidden }: DiffBody): void {
    this.#cut.hidden = hidden.nodes === 0;
    this.#cut.textContent =
      `The ${formatCount(hidden.nodes)} smallest frames are not shown; ${formatShare(hidden.left.share)} of CPU time ` +
      `before and ${formatShare(hidden.right.share)} after ends in them.`;
  }
}

function totalsText({ left, right }: DiffBody): string {
  const change = formatChange(right.cores - left.cores, 'core-seconds');
  return (
    `${formatCpus(left.cores)} → ${formatCpus(right.cores)} CPUs busy (${change}) · ` +
    `${formatCount(left.totalCount)} → ${formatCount(right.totalCount)} samples`
  );
}
