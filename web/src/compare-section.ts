// The window against a base window: asks for the difference and has it drawn.
import type { DiffBody } from './api.ts';
import { ask } from './api.ts';
import { compareItems } from './compare/compare-menu.ts';
import type { CompareView } from './compare/compare-view.ts';
import { createCompareView } from './compare/compare-view.ts';
import type { DiffNode } from './compare/diff-tree.ts';
import { serverNow } from './connection.ts';
import { byId } from './dom.ts';
import { Latest } from './latest.ts';
import { hideNotice, showNotice } from './notice.ts';
import { diffPath } from './requests.ts';
import { showFailure } from './section-failure.ts';
import type { SectionHost } from './section-host.ts';
import { baseTexts } from './time/overview.ts';
import type { ViewState } from './view-state.ts';
import { sameData } from './view-state.ts';

export class CompareSection {
  readonly #host: SectionHost;
  readonly #area = byId('compare', HTMLElement);
  readonly #view: CompareView;
  readonly #latest = new Latest();
  #state: ViewState;
  #body: DiffBody | undefined;

  constructor(state: ViewState, host: SectionHost) {
    this.#state = state;
    this.#host = host;
    this.#view = createCompareView(this.#area, {
      onZoom: (zoom) => host.change({ zoom }),
      onSort: (diffSort) => host.change({ diffSort }, true),
      onPick: (name) => host.change({ search: name }, true),
      scheme: () => host.scheme(),
      onMenu: (path, at) => this.#menu(path, at),
    });
    let width = 0;
    new ResizeObserver(() => {
      if (this.#area.clientWidth === width || this.#area.clientWidth === 0) return;
      width = this.#area.clientWidth;
      if (this.#body !== undefined) this.#view.resize();
    }).observe(this.#area);
  }

  get busy(): boolean {
    return this.#latest.busy || this.#view.pointedAt;
  }

  /** The two windows drawn; undefined until there is an answer. */
  get shown(): DiffBody | undefined {
    return this.#body;
  }

  /** `before` is undefined where nothing of this section is drawn yet. */
  apply(state: ViewState, before: ViewState | undefined): void {
    this.#state = state;
    if (before === undefined || !sameData('diff', before, state)) void this.load();
    else if (
      before.view !== state.view ||
      before.widths !== state.widths ||
      before.diffSort !== state.diffSort
    ) {
      this.#draw();
    } else this.#focus(before);
  }

  async load(): Promise<void> {
    const base = baseTexts(this.#state, serverNow());
    if (base === undefined) return this.#fail(new Error('the times of the two windows cannot be read'));
    this.#area.setAttribute('aria-busy', 'true');
    await this.#latest.run(
      (signal) => ask<DiffBody>(diffPath(this.#state, base), signal),
      (body) => this.#show(body),
      (error) => this.#fail(error),
    );
    if (!this.#latest.busy) this.#area.removeAttribute('aria-busy');
  }

  recolour(): void {
    if (this.#body !== undefined) this.#view.recolour();
  }

  #show(body: DiffBody): void {
    this.#body = body;
    this.#host.answered();
    hideNotice();
    const empty = [
      ...(body.left.totalCount === 0 ? ['the base (A, before)'] : []),
      ...(body.right.totalCount === 0 ? ['the window (B, after)'] : []),
    ];
    this.#area.hidden = empty.length > 0;
    if (empty.length === 0) return this.#draw();
    const text = `There are no samples in ${empty.join(' nor in ')}. Choose another window on the timeline.`;
    showNotice({ title: 'Nothing to compare', text, tone: 'empty' });
  }

  #draw(): void {
    if (this.#body === undefined || this.#area.hidden) return;
    const { view, search, zoom, widths, diffSort } = this.#state;
    this.#view.show(this.#body, { view, search, zoom, widths, sort: diffSort });
  }

  #menu(path: readonly DiffNode[], at: { x: number; y: number }): void {
    const base = baseTexts(this.#state, serverNow());
    const change = (next: Partial<ViewState>) => this.#host.change(next);
    this.#host.menu.show(path.at(-1)!.name, compareItems({ path, state: this.#state, base, change }), at);
  }

  #focus(before: ViewState): void {
    if (this.#body === undefined || this.#area.hidden) return;
    if (before.zoom !== this.#state.zoom) this.#view.zoom(this.#state.zoom);
    if (before.search !== this.#state.search) this.#view.search(this.#state.search);
  }

  #fail(error: unknown): void {
    const drawn = this.#body !== undefined;
    showFailure(this.#host, error, { area: this.#area, title: 'These windows cannot be compared', drawn });
  }
}
