// The windows on the timeline: drawn, dragged, resized and moved by keys. Holds no state but the drag under way.
import { serverNow } from '../connection.ts';
import { element } from '../dom.ts';
import { spanLabel, windowLabel } from '../time/time-label.ts';
import type { TimeSpan } from '../time/time-span.ts';
import { lengthMs, sameSpan } from '../time/time-span.ts';
import type { Drag, Grip, Side } from './brush-motion.ts';
import { dragged, keyed, zoomFactor } from './brush-motion.ts';
import type { TimelinePlot } from './timeline-plot.ts';

/** Less is a click, not a drag. */
const DRAG_PX = 4;
/** Narrower windows are drawn this wide, so that they can be seen and taken hold of. */
const LEAST_PX = 3;
/** Room for the longest text of a tab. */
const TAB_PX = 130;

export interface BrushesEvents {
  /** A window was chosen. */
  onSelect(side: Side, span: TimeSpan): void;
  /** A click beside the window. */
  onClear(): void;
  /** Double click. */
  onReset(): void;
  onZoom(factor: number): void;
}

export interface BrushesView {
  bounds: TimeSpan;
  window: TimeSpan;
  /** The base of a comparison. */
  base: TimeSpan | undefined;
  /** Which window a drag on free ground draws. */
  active: Side;
}

interface DragUnderWay extends Drag {
  side: Side;
  startPx: number;
  moved: boolean;
}

const NAMES: Readonly<Record<Side, string>> = { a: 'A before', b: 'B after' };
const GRIPS: readonly Grip[] = ['move', 'fromMs', 'untilMs'];

function brushElement(side: Side): HTMLElement {
  return element(
    'div',
    { class: `brush ${side}`, role: 'slider', tabindex: '0', 'data-side': side, hidden: '' },
    element('span', { class: 'tab', 'data-grip': 'move' }),
    element('span', { class: 'edge from', 'data-grip': 'fromMs' }),
    element('span', { class: 'edge until', 'data-grip': 'untilMs' }),
  );
}

export class Brushes {
  readonly #plot: TimelinePlot;
  readonly #events: BrushesEvents;
  readonly #brushes = { a: brushElement('a'), b: brushElement('b') };
  readonly #shades = [element('div', { class: 'shade' }), element('div', { class: 'shade' })] as const;
  #view: BrushesView | undefined;
  #drag: DragUnderWay | undefined;

  constructor(plot: TimelinePlot, events: BrushesEvents) {
    this.#plot = plot;
    this.#events = events;
    const { overlay } = plot;
    overlay.append(...this.#shades, this.#brushes.a, this.#brushes.b);
    overlay.addEventListener('pointerdown', (event) => this.#take(event));
    overlay.addEventListener('pointermove', (event) => this.#move(event));
    overlay.addEventListener('pointerup', (event) => this.#drop(event));
    overlay.addEventListener('pointercancel', () => this.#giveUp());
    overlay.addEventListener('dblclick', () => events.onReset());
    for (const side of ['a', 'b'] as const) {
      this.#brushes[side].addEventListener('keydown', (event) => this.#key(event, side));
    }
  }

  get dragging(): boolean {
    return this.#drag !== undefined;
  }

  /** A drag under way is not disturbed. */
  show(view: BrushesView): void {
    this.#view = view;
    if (this.#drag !== undefined) return;
    this.#place('a', view.base);
    this.#place('b', view.window);
  }

  #spanOf(side: Side): TimeSpan | undefined {
    return side === 'a' ? this.#view?.base : this.#view?.window;
  }

  #pxOf(event: PointerEvent): number {
    return event.clientX - this.#plot.overlay.getBoundingClientRect().left;
  }

  #place(side: Side, span: TimeSpan | undefined): void {
    const brush = this.#brushes[side];
    const view = this.#view;
    brush.hidden = span === undefined || view === undefined;
    if (span === undefined || view === undefined) return;
    const [left, right] = [this.#plot.pxAt(span.fromMs), this.#plot.pxAt(span.untilMs)];
    brush.style.left = `${left}px`;
    brush.style.width = `${Math.max(LEAST_PX, right - left)}px`;
    brush.classList.toggle('at-end', left > this.#plot.overlay.clientWidth - TAB_PX);
    const whole = view.base === undefined && sameSpan(span, view.bounds);
    brush.classList.toggle('whole', whole);
    brush.classList.toggle('active', view.base !== undefined && view.active === side);
    const length = spanLabel(lengthMs(span));
    brush.firstElementChild!.textContent = view.base === undefined ? length : `${NAMES[side]} · ${length}`;
    this.#describe(side, span, view);
    if (side === 'b') this.#shade(left, right, view.base === undefined && !whole);
  }

  /** What lies outside of the window steps back. */
  #shade(left: number, right: number, shown: boolean): void {
    const [before, after] = this.#shades;
    before.hidden = after.hidden = !shown;
    before.style.left = '0px';
    before.style.width = `${Math.max(0, left)}px`;
    after.style.left = `${right}px`;
    after.style.width = `${Math.max(0, this.#plot.overlay.clientWidth - right)}px`;
  }

  #describe(side: Side, span: TimeSpan, { bounds, base }: BrushesView): void {
    const told = {
      'aria-label': base === undefined ? 'Window' : `Window ${NAMES[side]}`,
      'aria-valuemin': String(Math.round(bounds.fromMs)),
      'aria-valuemax': String(Math.round(bounds.untilMs)),
      'aria-valuenow': String(Math.round(span.fromMs)),
      'aria-valuetext': windowLabel(span.fromMs, span.untilMs, serverNow()),
    };
    for (const [name, value] of Object.entries(told)) this.#brushes[side].setAttribute(name, value);
  }

  #take(event: PointerEvent): void {
    const view = this.#view;
    if (event.button !== 0 || view === undefined) return;
    const target = event.target instanceof HTMLElement ? event.target : this.#plot.overlay;
    const grip = GRIPS.find((each) => each === target.dataset['grip']) ?? 'draw';
    const held = target.closest<HTMLElement>('.brush')?.dataset['side'] === 'a' ? 'a' : 'b';
    const side = grip === 'draw' ? view.active : held;
    const startPx = this.#pxOf(event);
    const startMs = this.#plot.timeAt(startPx);
    const span = this.#spanOf(side) ?? view.window;
    this.#drag = { grip, side, startMs, startPx, span, bounds: view.bounds, moved: false };
    this.#plot.overlay.setPointerCapture(event.pointerId);
  }

  #move(event: PointerEvent): void {
    const drag = this.#drag;
    if (drag === undefined) return;
    const px = this.#pxOf(event);
    drag.moved ||= Math.abs(px - drag.startPx) >= DRAG_PX;
    if (drag.moved) this.#place(drag.side, dragged(drag, this.#plot.timeAt(px)));
  }

  #drop(event: PointerEvent): void {
    const drag = this.#drag;
    this.#drag = undefined;
    if (drag === undefined) return;
    if (drag.moved) this.#events.onSelect(drag.side, dragged(drag, this.#plot.timeAt(this.#pxOf(event))));
    else if (drag.grip === 'draw') this.#events.onClear();
  }

  #giveUp(): void {
    const side = this.#drag?.side;
    this.#drag = undefined;
    if (side !== undefined) this.#place(side, this.#spanOf(side));
  }

  #key(event: KeyboardEvent, side: Side): void {
    const span = this.#spanOf(side);
    if (this.#view === undefined || span === undefined) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // Keys go beyond the range, which then grows with the window; no further than now.
    const bounds = { fromMs: 0, untilMs: Math.max(this.#view.bounds.untilMs, serverNow()) };
    const next = keyed(event.key, event.shiftKey, span, bounds);
    const factor = zoomFactor(event.key);
    if (next === undefined && factor === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (next !== undefined) this.#events.onSelect(side, next);
    else if (factor !== undefined) this.#events.onZoom(factor);
  }
}
