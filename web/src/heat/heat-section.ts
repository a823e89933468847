// The heat map of the window: what happens within a second. A click or a drag on it chooses a part of the window.
import type { HeatmapBody } from '../api.ts';
import { ask, failureOf } from '../api.ts';
import { formatCpus } from '../compare/diff-format.ts';
import { serverNow } from '../connection.ts';
import { byId, element } from '../dom.ts';
import { formatCount } from '../format.ts';
import { Latest } from '../latest.ts';
import { heatmapPath } from '../requests.ts';
import type { SectionHost } from '../section-host.ts';
import { pinnedRange } from '../time/overview.ts';
import { localText, spanLabel } from '../time/time-label.ts';
import type { TimeSpan } from '../time/time-span.ts';
import type { ViewState } from '../view-state.ts';
import { sameData } from '../view-state.ts';
import { drawHeatmap } from './heat-canvas.ts';
import type { Cell } from './heat-cells.ts';
import { cellAt, cellSpan, figuresAt, spanOfColumn, spanOfDrag } from './heat-cells.ts';

export class HeatSection {
  readonly #host: SectionHost;
  readonly #area = byId('heat', HTMLElement);
  readonly #canvas = byId('heat-canvas', HTMLCanvasElement);
  readonly #chosen = byId('heat-chosen', HTMLElement);
  readonly #note = byId('heat-note', HTMLElement);
  readonly #latest = new Latest();
  #state: ViewState;
  /** The state whose window is drawn or asked for; undefined while the map is not shown. */
  #shown: ViewState | undefined;
  #body: HeatmapBody | undefined;
  #start: Cell | undefined;

  constructor(state: ViewState, host: SectionHost) {
    this.#state = state;
    this.#host = host;
    this.#canvas.addEventListener('pointerdown', (event) => this.#take(event));
    this.#canvas.addEventListener('pointermove', (event) => this.#move(event));
    this.#canvas.addEventListener('pointerup', (event) => this.#drop(event));
    this.#canvas.addEventListener('pointercancel', () => this.#end());
    this.#canvas.addEventListener('pointerleave', () => host.tooltip.hide());
  }

  get busy(): boolean {
    return this.#start !== undefined || this.#latest.busy;
  }

  apply(state: ViewState): void {
    this.#state = state;
    const before = this.#shown;
    this.#area.hidden = !state.heat || state.mode !== 'explore';
    this.#shown = this.#area.hidden ? undefined : state;
    if (!this.#area.hidden && (before === undefined || !sameData('heat', before, state))) void this.load();
  }

  /** Asks again, where the map is shown. */
  async load(): Promise<void> {
    if (this.#shown === undefined) return;
    await this.#latest.run(
      (signal) => ask<HeatmapBody>(heatmapPath(this.#state), signal),
      (body) => this.#show(body),
      (error) => this.#fail(error),
    );
  }

  recolour(): void {
    if (this.#body !== undefined) drawHeatmap(this.#canvas, this.#body, this.#host.scheme());
  }

  #show(body: HeatmapBody): void {
    this.#body = body;
    this.recolour();
    const [column, row] = [spanLabel(body.columnMs), spanLabel(body.rowMs)];
    this.#canvas.setAttribute('aria-label', `Heat map: ${formatCount(body.columns)} columns of ${column}`);
    this.#note.textContent = `Each column is ${column} from top to bottom, in slices of ${row}. Click a column, or drag from one moment to another.`;
  }

  #fail(error: unknown): void {
    this.#note.textContent = `The heat map cannot be drawn: ${failureOf(error).text}`;
  }

  #cellAt(body: HeatmapBody, event: PointerEvent): Cell {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    return cellAt(body, (event.clientX - left) / width, (event.clientY - top) / height);
  }

  #take(event: PointerEvent): void {
    if (event.button !== 0 || this.#body === undefined) return;
    this.#start = this.#cellAt(this.#body, event);
    this.#canvas.setPointerCapture(event.pointerId);
  }

  #move(event: PointerEvent): void {
    if (this.#body === undefined) return;
    const cell = this.#cellAt(this.#body, event);
    if (this.#start !== undefined) this.#mark(this.#body, this.#start.column, cell.column);
    this.#host.tooltip.show(event, tooltip(this.#body, cell, this.#start));
  }

  #drop(event: PointerEvent): void {
    const [body, start] = [this.#body, this.#start];
    this.#end();
    if (body === undefined || start === undefined) return;
    const cell = this.#cellAt(body, event);
    const clicked = cell.column === start.column && cell.row === start.row;
    this.#choose(clicked ? spanOfColumn(body, cell.column) : spanOfDrag(body, start, cell));
  }

  #end(): void {
    this.#start = undefined;
    this.#chosen.hidden = true;
    this.#host.tooltip.hide();
  }

  #mark({ columns }: HeatmapBody, one: number, other: number): void {
    this.#chosen.hidden = false;
    this.#chosen.style.left = `${(100 * Math.min(one, other)) / columns}%`;
    this.#chosen.style.width = `${(100 * (Math.abs(one - other) + 1)) / columns}%`;
  }

  #choose({ fromMs, untilMs }: TimeSpan): void {
    const window = { from: String(fromMs), until: String(untilMs) };
    this.#host.change({ ...pinnedRange(this.#state, serverNow()), ...window, live: false, zoom: '' });
  }
}

/** Of the cell under the pointer, and of the drag that leads there. */
function tooltip(body: HeatmapBody, cell: Cell, start: Cell | undefined): HTMLElement[] {
  const { cpus, count } = figuresAt(body, cell);
  const span = start === undefined ? cellSpan(body, cell) : spanOfDrag(body, start, cell);
  return [
    element('strong', {}, localText(span.fromMs)),
    element('span', { class: 'object' }, spanLabel(span.untilMs - span.fromMs)),
    element('span', {}, `${formatCpus(cpus)} CPUs busy, ${formatCount(count)} samples`),
  ];
}
