// One window: its flame graph and its table of functions, with the reason where there is nothing to draw.
import { flamegraphPath, MAX_NODES } from '../../src/model/page-request.ts';
import type { FlamegraphBody, StatusBody, TopBody } from './api.ts';
import { ask, failureOf } from './api.ts';
import { serverNow } from './connection.ts';
import { byId } from './dom.ts';
import { emptyReason } from './empty-reason.ts';
import { stackChips, stackItems } from './filter/stack-chips.ts';
import { FlamePane } from './flame-pane.ts';
import type { FrameNode } from './frame-tree.ts';
import { frameTree } from './frame-tree.ts';
import { functionKey } from './function-key.ts';
import { Latest } from './latest.ts';
import { hideNotice, showNotice } from './notice.ts';
import { renderPath } from './path-line.ts';
import { topPath } from './requests.ts';
import { showFailure } from './section-failure.ts';
import type { SectionHost } from './section-host.ts';
import { renderCut, renderLegend, renderMatch, renderTotals } from './summary.ts';
import { FunctionTable } from './table/function-table.ts';
import type { FunctionRow } from './table/function-rows.ts';
import type { ViewState } from './view-state.ts';
import { sameData } from './view-state.ts';

export class ExploreSection {
  readonly #host: SectionHost;
  readonly #area = byId('panes', HTMLElement);
  readonly #pane: FlamePane;
  readonly #table: FunctionTable;
  readonly #flame = new Latest();
  readonly #top = new Latest();
  #state: ViewState;
  #body: FlamegraphBody | undefined;
  #tree: FrameNode | undefined;
  #status: StatusBody | undefined;
  /** The state whose functions the table shows; undefined while it shows none. */
  #tableState: ViewState | undefined;

  constructor(state: ViewState, host: SectionHost) {
    this.#state = state;
    this.#host = host;
    this.#pane = new FlamePane(state, host);
    this.#table = new FunctionTable({
      onSort: (sort) => host.change({ sort }),
      onPick: (pick) => host.change({ pick }, true),
      onMenu: (row, at) => this.#rowMenu(row, at),
    });
  }

  get busy(): boolean {
    return this.#flame.busy || this.#top.busy;
  }

  /** The window shown, ms since the epoch; undefined until there is an answer. */
  get shown(): { fromMs: number; untilMs: number } | undefined {
    return this.#body;
  }

  /** `before` is undefined where nothing of this section is drawn yet. */
  apply(state: ViewState, before: ViewState | undefined): void {
    this.#state = state;
    this.#area.dataset['panes'] = state.panes;
    if (before === undefined || !sameData('flame', before, state)) void this.load();
    else if (before.view !== state.view || before.panes !== state.panes) this.#draw();
    else this.#focus();
    this.#applyTable(state);
  }

  async load(): Promise<void> {
    this.#area.setAttribute('aria-busy', 'true');
    await this.#flame.run(
      (signal) => ask<FlamegraphBody>(flamegraphPath(this.#state), signal),
      (body) => this.#show(body),
      (error) => this.#fail(error),
    );
    if (!this.#flame.busy) this.#area.removeAttribute('aria-busy');
  }

  /** Looks again for all that is shown. */
  async refresh(): Promise<void> {
    await Promise.all([this.load(), this.#state.panes === 'flame' ? undefined : this.#loadTable()]);
  }

  setStatus(status: StatusBody | undefined): void {
    this.#status = status;
    if (this.#body?.totalCount === 0 && this.#area.hidden) this.#showEmpty(this.#body);
  }

  recolour(): void {
    this.#pane.recolour();
    this.#drawLegend();
  }

  #applyTable(state: ViewState): void {
    const had = this.#tableState;
    if (state.panes === 'flame') return;
    const by = (sort: string) => (sort === 'total' ? 'total' : 'self');
    // By name and by object the functions are those of the largest self time, in another order.
    if (had === undefined || !sameData('table', had, state) || by(had.sort) !== by(state.sort)) {
      void this.#loadTable();
    } else this.#table.apply(state);
  }

  async #loadTable(): Promise<void> {
    const asked = this.#state;
    this.#tableState = asked;
    const note = byId('functions-note', HTMLElement);
    await this.#top.run(
      (signal) => ask<TopBody>(topPath(asked), signal),
      (body) => {
        note.hidden = true;
        this.#table.show(body, this.#state);
      },
      (error) => {
        this.#tableState = undefined;
        note.hidden = false;
        note.textContent = `The functions cannot be shown: ${failureOf(error).text}`;
      },
    );
  }

  #rowMenu(row: FunctionRow, at: { x: number; y: number }): void {
    const key = functionKey(row);
    this.#host.menu.show(
      row.name,
      [
        { label: 'Highlight in the flame graph', run: () => this.#host.change({ panes: 'both', pick: key }) },
        { label: 'Search for this name', run: () => this.#host.change({ search: row.name, pick: '' }) },
        {
          label: 'Search for its object',
          detail: row.object,
          run: () => this.#host.change({ search: row.object, pick: '' }),
        },
        ...stackItems(this.#state, row.name, (change) => this.#host.change(change)),
        { label: 'Copy name', run: () => void navigator.clipboard.writeText(row.name) },
      ],
      at,
    );
  }

  #show(body: FlamegraphBody): void {
    this.#body = body;
    this.#tree = frameTree(body);
    this.#host.tooltip.hide();
    this.#host.answered();
    hideNotice();
    renderTotals(body, this.#tree);
    renderCut(body, this.#state, () => this.#host.change({ nodes: MAX_NODES }));
    if (body.totalCount === 0) this.#showEmpty(body);
    else this.#draw();
    this.#drawLegend();
  }

  #draw(): void {
    if (this.#tree === undefined || this.#body?.totalCount === 0) return;
    this.#area.hidden = false;
    if (this.#state.panes !== 'table') this.#pane.show(this.#tree, this.#state);
    this.#focus();
  }

  #focus(): void {
    if (this.#tree === undefined || this.#area.hidden) return;
    this.#pane.focus(this.#state);
    renderMatch(this.#tree, this.#state, (this.#body?.hidden.nodes ?? 0) > 0);
    renderPath(this.#tree, this.#state, (this.#body?.hidden.nodes ?? 0) > 0, (change) =>
      this.#host.change(change),
    );
  }

  #showEmpty({ fromMs, untilMs, total }: FlamegraphBody): void {
    this.#area.hidden = true;
    const { query, root } = this.#state;
    const filtered = stackChips(this.#state).length > 0;
    const window = { fromMs, untilMs, query, filtered, status: this.#status, nowMs: serverNow() };
    showNotice({ title: 'No samples in this window', text: emptyReason(window), tone: 'empty' });
    if (root !== '' || total > 0)
      renderPath(undefined, this.#state, false, (change) => this.#host.change(change));
  }

  #fail(error: unknown): void {
    const drawn = this.#body !== undefined;
    showFailure(this.#host, error, { area: this.#area, title: 'This window cannot be shown', drawn });
  }

  #drawLegend(): void {
    if (this.#tree === undefined) return;
    renderLegend(this.#tree, this.#body?.hidden.share ?? 0, this.#host.scheme());
  }
}
