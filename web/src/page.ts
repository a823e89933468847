// The page: one state, one answer of the server, and what is drawn from the two.
import type { FlamegraphBody, StatusBody } from './api.ts';
import { ApiFailure, fetchFlamegraph, fetchStatus } from './api.ts';
import { byId } from './dom.ts';
import { emptyReason } from './empty-reason.ts';
import type { FlameChart } from './flame-chart.ts';
import { createFlameChart } from './flame-chart.ts';
import type { FrameNode } from './frame-tree.ts';
import { frameTree } from './frame-tree.ts';
import { hideNotice, showNotice } from './notice.ts';
import { frameColour, searchColour } from './palette.ts';
import { renderStatus } from './status-line.ts';
import { renderCut, renderLegend, renderLinks, renderMatch, renderTotals } from './summary.ts';
import { applyTheme, onSystemChange, schemeOf, toggled } from './theme.ts';
import type { Toolbar } from './toolbar.ts';
import { createToolbar } from './toolbar.ts';
import { createTooltip, frameContent } from './tooltip.ts';
import type { ViewState } from './view-state.ts';
import { DEFAULT_STATE, MAX_NODES, followsNow, formatState, parseState, sameData } from './view-state.ts';

export class Page {
  #state: ViewState = parseState(location.search);
  #body: FlamegraphBody | undefined;
  #tree: FrameNode | undefined;
  #status: StatusBody | undefined;
  #loading: AbortController | undefined;
  readonly #area = byId('chart', HTMLElement);
  readonly #chart: FlameChart<FrameNode>;
  readonly #toolbar: Toolbar;
  readonly #tooltip = createTooltip();

  constructor() {
    const tooltip = this.#tooltip;
    const scheme = () => schemeOf(this.#state.theme);
    this.#chart = createFlameChart(this.#area, {
      colour: (frame, matched) =>
        matched === undefined ? frameColour(frame, scheme()) : searchColour(matched, scheme()),
      onZoom: (frame) => this.change({ zoom: frame === this.#tree ? '' : frame.key }),
      onHover: (event, frame, parent) =>
        tooltip.show(event, frameContent({ frame, parent, total: this.#tree?.value ?? 0, scheme: scheme() })),
      onLeave: () => tooltip.hide(),
    });
    this.#toolbar = createToolbar({
      change: (change, replace) => this.change(change, replace),
      reset: () => this.change({ zoom: '', search: '' }),
      toggleTheme: () => this.change({ theme: toggled(this.#state.theme) }, true),
    });
    window.addEventListener('popstate', () => this.#apply(parseState(location.search)));
    onSystemChange(() => this.#recolour());
    let width = this.#area.clientWidth;
    new ResizeObserver(() => {
      // The height follows from the data; only a new width needs another drawing.
      if (this.#area.clientWidth === width || this.#area.hidden) return;
      width = this.#area.clientWidth;
      this.#chart.resize();
    }).observe(this.#area);
  }

  /** The first drawing. */
  start(): void {
    applyTheme(this.#state.theme);
    this.#toolbar.render(this.#state);
    showNotice({ title: 'Loading', text: 'Asking for the window…', tone: 'wait' });
    void this.load();
    void this.loadStatus();
  }

  /** Makes a change visible: in the address, on the page. */
  change(change: Partial<ViewState>, replace = false): void {
    const next = { ...this.#state, ...change };
    const address = `${location.pathname}${formatState(next)}`;
    if (address !== `${location.pathname}${location.search}`) {
      if (replace) history.replaceState(null, '', address);
      else history.pushState(null, '', address);
    }
    this.#apply(next);
  }

  /** Whether looking again now could show something new, and nobody is in the middle of reading. */
  get wantsRefresh(): boolean {
    return (
      this.#state.live && followsNow(this.#state) && this.#loading === undefined && !this.#tooltip.visible
    );
  }

  async load(): Promise<void> {
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    this.#area.setAttribute('aria-busy', 'true');
    try {
      const body = await fetchFlamegraph(this.#state, loading.signal);
      // A newer request has taken over: its answer counts.
      if (this.#loading === loading) this.#show(body);
    } catch (error) {
      if (this.#loading === loading) this.#fail(error);
    } finally {
      if (this.#loading === loading) {
        this.#loading = undefined;
        this.#area.removeAttribute('aria-busy');
      }
    }
  }

  async loadStatus(): Promise<void> {
    this.#status = await fetchStatus().catch(() => undefined);
    renderStatus(this.#status);
    if (this.#body?.totalCount === 0) this.#showEmpty(this.#body);
  }

  #apply(next: ViewState): void {
    const before = this.#state;
    this.#state = next;
    this.#toolbar.render(next);
    if (next.theme !== before.theme) this.#recolour();
    if (!sameData(before, next)) void this.load();
    else if (next.view !== before.view) this.#draw();
    else this.#focus(before);
  }

  /** Zoom and search of the state, on the tree that is drawn. */
  #focus(before: ViewState): void {
    if (this.#tree === undefined || this.#area.hidden) return;
    const { zoom, search } = this.#state;
    if (before.zoom !== zoom) this.#chart.zoom(zoom);
    if (before.search !== search) {
      this.#chart.search(search);
      renderMatch(this.#tree, search, (this.#body?.hidden.nodes ?? 0) > 0);
    }
  }

  #show(body: FlamegraphBody): void {
    this.#body = body;
    this.#tree = frameTree(body);
    this.#toolbar.filterError('');
    hideNotice();
    this.#tooltip.hide();
    renderTotals(body);
    renderLinks(body, this.#state.query);
    renderCut(body, this.#state, () => this.change({ nodes: MAX_NODES }));
    if (body.totalCount === 0) this.#showEmpty(body);
    else this.#draw();
    this.#drawLegend();
  }

  #draw(): void {
    if (this.#tree === undefined || this.#body?.totalCount === 0) return;
    this.#area.hidden = false;
    this.#chart.show(this.#tree, this.#state.view === 'icicle');
    this.#focus(DEFAULT_STATE);
  }

  #showEmpty({ fromMs, untilMs }: FlamegraphBody): void {
    this.#area.hidden = true;
    const { query } = this.#state;
    const text = emptyReason({ fromMs, untilMs, query, status: this.#status, nowMs: Date.now() });
    showNotice({ title: 'No samples in this window', text, tone: 'empty' });
  }

  #fail(error: unknown): void {
    const failure = error instanceof ApiFailure ? error : new ApiFailure('page', String(error));
    const text = failure.hint === undefined ? failure.message : `${failure.message} (${failure.hint})`;
    if (failure.code === 'bad_selector') {
      this.#toolbar.filterError(text);
      if (this.#body !== undefined) return;
    }
    // Without an answer the old graph would pass for the window asked for.
    this.#area.hidden = true;
    showNotice({ title: 'This window cannot be shown', text, tone: 'error', retry: () => void this.load() });
  }

  #recolour(): void {
    applyTheme(this.#state.theme);
    this.#chart.recolour();
    this.#drawLegend();
  }

  #drawLegend(): void {
    if (this.#tree === undefined) return;
    renderLegend(this.#tree, this.#body?.hidden.share ?? 0, schemeOf(this.#state.theme));
  }
}
