// A report on the screen: the flame graph of one window and its top functions, from the data in the file.
import { byId, element } from '../dom.ts';
import type { FlameChart } from '../flame-chart.ts';
import { createFlameChart } from '../flame-chart.ts';
import { formatCount, formatShare } from '../format.ts';
import type { FrameNode } from '../frame-tree.ts';
import { classShares, FRAME_CLASSES, frameTree, matchTotals } from '../frame-tree.ts';
import { classColour, frameColour, searchColour } from '../palette.ts';
import { applyTheme, onSystemChange, schemeOf, toggled } from '../theme.ts';
import { CLASS_NAMES, createTooltip, frameContent } from '../tooltip.ts';
import type { ReportPayload } from './report-data.ts';
import { reportFacts, totalsText } from './report-data.ts';
import { treeFunctions } from './report-functions.ts';
import type { ReportState } from './report-state.ts';
import { formatState, parseState } from './report-state.ts';
import type { ReportTable } from './report-table.ts';
import { createReportTable } from './report-table.ts';

export class Report {
  #state: ReportState = parseState(location.hash);
  readonly #payload: ReportPayload;
  readonly #tree: FrameNode;
  readonly #chart: FlameChart<FrameNode>;
  readonly #table: ReportTable;
  readonly #tooltip = createTooltip();

  constructor(payload: ReportPayload) {
    this.#payload = payload;
    this.#tree = frameTree(payload.flamegraph);
    this.#chart = createFlameChart(byId('chart', HTMLElement), {
      colour: (frame, matched) =>
        matched === undefined ? frameColour(frame, this.#scheme) : searchColour(matched, this.#scheme),
      onZoom: (frame) => this.change({ zoom: frame === this.#tree ? '' : frame.key }),
      onHover: (event, frame, parent) => {
        const total = this.#tree.value;
        this.#tooltip.show(event, frameContent({ frame, parent, total, scheme: this.#scheme }));
      },
      onLeave: () => this.#tooltip.hide(),
    });
    const functions = byId('functions', HTMLElement);
    this.#table = createReportTable(functions, treeFunctions(this.#tree), payload.flamegraph.total, {
      onSort: (sort) => this.change({ sort }),
      onPick: (name) => this.change({ search: name }),
    });
    onSystemChange(() => this.#recolour());
    window.addEventListener('hashchange', () => this.#apply(parseState(location.hash)));
    window.addEventListener('resize', () => this.#chart.resize());
  }

  get state(): ReportState {
    return this.#state;
  }

  get #scheme() {
    return schemeOf(this.#state.theme);
  }

  start(): void {
    const { title, flamegraph } = this.#payload;
    document.title = title;
    byId('title', HTMLElement).textContent = title;
    const facts = reportFacts(this.#payload).map((fact) => element('li', { title: fact.title }, fact.text));
    byId('facts', HTMLElement).replaceChildren(...facts);
    byId('totals', HTMLElement).textContent = totalsText(this.#payload);
    const { nodes, share } = flamegraph.hidden;
    const cut = byId('cut', HTMLElement);
    cut.hidden = nodes === 0;
    cut.textContent =
      `The ${formatCount(nodes)} smallest frames are not in this file; ` +
      `${formatShare(share)} of CPU time ends in them.`;
    this.#apply({}, true);
  }

  change(change: Partial<ReportState>): void {
    this.#apply(change);
    const hash = formatState(this.#state);
    history.replaceState(null, '', hash === '' ? location.pathname + location.search : hash);
  }

  toggleTheme(): void {
    this.change({ theme: toggled(this.#state.theme) });
  }

  #apply(change: Partial<ReportState>, first = false): void {
    const before = first ? undefined : this.#state;
    this.#state = { ...this.#state, ...change };
    const { view, search, zoom, sort, theme } = this.#state;
    const redraw = view !== before?.view;
    applyTheme(theme);
    if (redraw) this.#chart.show(this.#tree, view === 'icicle');
    else if (theme !== before.theme) this.#chart.recolour();
    this.#chart.zoom(zoom);
    if (redraw ? search !== '' : search !== before.search) this.#chart.search(search);
    this.#table.show({ search, sort, scheme: this.#scheme });
    this.#renderControls();
    this.#renderLegend();
  }

  #recolour(): void {
    this.#chart.recolour();
    this.#apply({});
  }

  #renderControls(): void {
    const { search, zoom, view } = this.#state;
    const field = byId('search', HTMLInputElement);
    if (document.activeElement !== field) field.value = search;
    byId('reset', HTMLButtonElement).disabled = zoom === '';
    for (const button of byId('views', HTMLElement).children) {
      button.setAttribute('aria-pressed', String((button as HTMLElement).dataset['view'] === view));
    }
    const match = byId('match', HTMLOutputElement);
    match.hidden = search === '';
    const { frames, value } = matchTotals(this.#tree, search);
    const least = this.#payload.flamegraph.hidden.nodes > 0 ? '≥ ' : '';
    const share = formatShare(this.#tree.value === 0 ? 0 : value / this.#tree.value);
    match.value =
      frames === 0
        ? 'no match'
        : `${least}${share} in ${formatCount(frames)} ${frames === 1 ? 'frame' : 'frames'}`;
  }

  #renderLegend(): void {
    const shares = classShares(this.#tree);
    const items = FRAME_CLASSES.filter((each) => each !== 'group' && shares[each] > 0).map((each) => {
      const chip = element('span', { class: 'chip' });
      chip.style.background = classColour(each, this.#scheme);
      return element('li', {}, chip, `${CLASS_NAMES[each]} `, element('b', {}, formatShare(shares[each])));
    });
    byId('legend', HTMLElement).replaceChildren(...items);
  }
}
