// The flame graph with what belongs to it: tooltip, menu of a frame, the cursor that keys move.
import { byId, element } from './dom.ts';
import { filterItems } from './filter/filter-items.ts';
import { stackItems } from './filter/stack-chips.ts';
import type { FlameChart } from './flame-chart.ts';
import { createFlameChart } from './flame-chart.ts';
import { formatShare } from './format.ts';
import type { Direction } from './frame-cursor.ts';
import { directionOf, pathTo, stepFrom } from './frame-cursor.ts';
import { rawName, rootOf } from './frame-path.ts';
import type { FrameNode } from './frame-tree.ts';
import { matches } from './frame-tree.ts';
import { functionKey } from './function-key.ts';
import type { Menu, MenuItem } from './menu.ts';
import type { Scheme } from './palette.ts';
import { frameColour, searchColour } from './palette.ts';
import { prototypeOf } from './prototypes.ts';
import type { Tooltip } from './tooltip.ts';
import { frameContent } from './tooltip.ts';
import type { ViewState } from './view-state.ts';

export interface FlameHost {
  change(change: Partial<ViewState>): void;
  scheme(): Scheme;
  readonly tooltip: Tooltip;
  readonly menu: Menu;
}

export class FlamePane {
  readonly #host: FlameHost;
  readonly #area = byId('chart', HTMLElement);
  readonly #announce = byId('frame-announce', HTMLElement);
  readonly #chart: FlameChart<FrameNode>;
  #state: ViewState;
  #tree: FrameNode | undefined;
  /** Key of the frame under the cursor; '' while there is none. */
  #cursor = '';

  constructor(state: ViewState, host: FlameHost) {
    this.#state = state;
    this.#host = host;
    this.#chart = createFlameChart(this.#area, {
      colour: (frame, matched) =>
        matched === undefined ? frameColour(frame, host.scheme()) : searchColour(matched, host.scheme()),
      onZoom: (frame) => this.#zoom(frame),
      onHover: (event, frame, parent) => this.#hover(event, frame, parent),
      onLeave: () => host.tooltip.hide(),
      onMenu: (event, frame) => this.#menu(frame, { x: event.clientX, y: event.clientY }),
    });
    this.#area.addEventListener('keydown', (event) => this.#key(event));
    this.#area.addEventListener('blur', () => this.#chart.mark(''));
    new ResizeObserver(() => this.#chart.resize()).observe(this.#area);
  }

  show(tree: FrameNode, state: ViewState): void {
    this.#tree = tree;
    this.#state = state;
    this.#chart.show(tree, state.view === 'icicle');
    if (state.zoom !== '') this.#chart.zoom(state.zoom);
    this.#highlight();
  }

  /** Zoom, search and choice of a state, on the tree that is drawn. */
  focus(state: ViewState): void {
    const before = this.#state;
    this.#state = state;
    if (before.zoom !== state.zoom) this.#chart.zoom(state.zoom);
    if (before.search !== state.search || before.pick !== state.pick) this.#highlight();
  }

  recolour(): void {
    this.#chart.recolour();
  }

  #highlight(): void {
    const { search, pick } = this.#state;
    if (pick !== '') this.#chart.highlight((frame) => functionKey(frame) === pick);
    else this.#chart.highlight(search === '' ? undefined : (frame) => matches(frame, search));
  }

  #facts(frame: FrameNode, parent: FrameNode | undefined): HTMLElement[] {
    return frameContent({ frame, parent, total: this.#tree?.value ?? 0, scheme: this.#host.scheme() });
  }

  #hover(event: MouseEvent, frame: FrameNode, parent: FrameNode | undefined): void {
    const add = this.#host.tooltip.show(event, this.#facts(frame, parent));
    if (frame.frameClass !== 'kernel') return;
    void prototypeOf(rawName(frame)).then((prototype) => {
      if (prototype !== null) add(element('code', { class: 'prototype' }, prototype));
    });
  }

  #zoom(frame: FrameNode): void {
    this.#host.change({ zoom: frame === this.#tree ? '' : frame.key });
  }

  #menu(frame: FrameNode, at: { x: number; y: number }): void {
    this.#host.tooltip.hide();
    this.#host.menu.show(frame.name, this.#items(frame), at);
  }

  #items(frame: FrameNode): MenuItem[] {
    const change = (next: Partial<ViewState>) => this.#host.change(next);
    const path = this.#tree === undefined ? [] : pathTo(this.#tree, frame.key);
    const isGroup = frame.frameClass === 'group';
    const root = rootOf(path, this.#state.root);
    const group = isGroup && path.length === 2 ? filterItems(this.#state, rawName(frame), change) : [];
    const ofFunction: MenuItem[] = isGroup
      ? []
      : [
          { label: 'Find in the table', run: () => this.#findInTable(frame) },
          { label: 'Search for this name', run: () => change({ search: frame.name, pick: '' }) },
          ...stackItems(this.#state, rawName(frame), change),
        ];
    const through: MenuItem[] =
      path.length < 2 || root === ''
        ? []
        : [
            {
              label: 'Only stacks through this path',
              detail: 'asks again: what a cut hid below it appears',
              run: () => change({ root, zoom: '' }),
            },
          ];
    return [
      { label: 'Zoom in', run: () => this.#zoom(frame) },
      ...through,
      ...group,
      ...ofFunction,
      { label: 'Copy name', run: () => void navigator.clipboard.writeText(frame.name) },
    ];
  }

  #findInTable(frame: FrameNode): void {
    const panes = this.#state.panes === 'flame' ? 'both' : this.#state.panes;
    this.#host.change({ panes, pick: functionKey(frame) });
  }

  #key(event: KeyboardEvent): void {
    if (this.#tree === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = directionOf(event.key, this.#state.view === 'icicle');
    const path = pathTo(this.#tree, this.#cursor);
    const here = path.at(-1);
    if (direction !== undefined) {
      event.preventDefault();
      this.#step(
        here === undefined ? pathTo(this.#tree, this.#state.zoom || this.#tree.key) : path,
        here && direction,
      );
    } else if (here !== undefined && event.key === 'Enter') {
      event.preventDefault();
      const box = this.#chart.mark(here.key)?.getBoundingClientRect();
      this.#menu(here, { x: (box?.left ?? 0) + 8, y: box?.bottom ?? 0 });
    } else if (here !== undefined && event.key === ' ') {
      event.preventDefault();
      this.#zoom(here);
      this.#chart.mark(here.key);
    }
  }

  /** Without a direction the cursor appears where the path ends. */
  #step(path: readonly FrameNode[], direction: Direction | undefined): void {
    const start = path.length === 0 ? [this.#tree!] : path;
    const drawn = (frame: FrameNode) => this.#chart.isDrawn(frame);
    const frame = direction === undefined ? start.at(-1)! : stepFrom(start, direction, drawn);
    this.#cursor = frame.key;
    this.#chart.mark(frame.key)?.scrollIntoView({ block: 'nearest' });
    const total = this.#tree!.value;
    const share = (ns: number) => formatShare(total === 0 ? 0 : ns / total);
    this.#announce.textContent = `${frame.name}: ${share(frame.value)} of CPU time, ${share(frame.self)} its own. ${frame.object}`;
  }
}
