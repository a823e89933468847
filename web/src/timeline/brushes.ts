// The windows on the timeline: drawn, dragged, resized and moved by keys. Holds no state but the drag under way.
import { serverNow } from '../connection.ts';
import { element } from '../dom.ts';
import type { TimeSpan } from '../time/time-span.ts';
import { lengthMs, sameSpan } from '../time/time-span.ts';
import { spanLabel, windowLabel } from '../time/time-label.ts';
import type { Drag, Grip, Side } from './brush-motion.ts';
import { dragged, keyed, zoomFactor } from './brush-motion.ts';
import type { TimelinePlot } from './timeline-plot.ts';

/** Less is a click, not a drag. */
const DRAG_PX = 4;
/** Narrower windows are drawn this wide, so that they can be seen and taken hold of. */
const LEAST_PX = 3;

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

export interface Brushes {
  readonly dragging: boolean;
  show(view: BrushesView): void;
}

const NAMES: Readonly<Record<Side, string>> = { a: 'A before', b: 'B after' };

function brushElement(side: Side): HTMLElement {
  return element(
    'div',
    { class: `brush ${side}`, role: 'slider', tabindex: '0', 'data-side': side, hidden: '' },
    element('span', { class: 'tab', 'data-grip': 'move' }),
    element('span', { class: 'edge from', 'data-grip': 'fromMs' }),
    element('span', { class: 'edge until', 'data-grip': 'untilMs' }),
  );
}

const isGrip = (text: string | undefined): text is Grip =>
  text === 'move' || text === 'fromMs' || text === 'untilMs';

export function createBrushes(plot: TimelinePlot, events: BrushesEvents): Brushes {
  const shades = [element('div', { class: 'shade' }), element('div', { class: 'shade' })] as const;
  const brushes = { a: brushElement('a'), b: brushElement('b') };
  plot.overlay.append(...shades, brushes.a, brushes.b);
  let view: BrushesView | undefined;
  let drag: (Drag & { side: Side; startPx: number; moved: boolean }) | undefined;

  const spanOf = (side: Side) => (side === 'a' ? view?.base : view?.window);
  const pxOf = (event: PointerEvent) => event.clientX - plot.overlay.getBoundingClientRect().left;

  const place = (side: Side, span: TimeSpan | undefined) => {
    const brush = brushes[side];
    brush.hidden = span === undefined || view === undefined;
    if (span === undefined || view === undefined) return;
    const [left, right] = [plot.pxAt(span.fromMs), plot.pxAt(span.untilMs)];
    brush.style.left = `${left}px`;
    brush.style.width = `${Math.max(LEAST_PX, right - left)}px`;
    const whole = view.base === undefined && sameSpan(span, view.bounds);
    brush.classList.toggle('whole', whole);
    brush.classList.toggle('active', view.base !== undefined && view.active === side);
    const length = spanLabel(lengthMs(span));
    brush.firstElementChild!.textContent = view.base === undefined ? length : `${NAMES[side]} · ${length}`;
    describe(brush, side, span);
    if (side === 'b') placeShades(left, right, view.base === undefined && !whole);
  };

  const placeShades = (left: number, right: number, shown: boolean) => {
    for (const shade of shades) shade.hidden = !shown;
    shades[0].style.left = '0px';
    shades[0].style.width = `${Math.max(0, left)}px`;
    shades[1].style.left = `${right}px`;
    shades[1].style.width = `${Math.max(0, plot.overlay.clientWidth - right)}px`;
  };

  const describe = (brush: HTMLElement, side: Side, span: TimeSpan) => {
    const { bounds, base } = view!;
    brush.setAttribute('aria-label', base === undefined ? 'Window' : `Window ${NAMES[side]}`);
    brush.setAttribute('aria-valuemin', String(Math.round(bounds.fromMs)));
    brush.setAttribute('aria-valuemax', String(Math.round(bounds.untilMs)));
    brush.setAttribute('aria-valuenow', String(Math.round(span.fromMs)));
    brush.setAttribute('aria-valuetext', windowLabel(span.fromMs, span.untilMs, Date.now()));
  };

  plot.overlay.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || view === undefined) return;
    const target = event.target instanceof HTMLElement ? event.target : plot.overlay;
    const grip = target.dataset['grip'];
    const side = (target.closest<HTMLElement>('.brush')?.dataset['side'] as Side | undefined) ?? view.active;
    const span = spanOf(side) ?? view.window;
    const startPx = pxOf(event);
    drag = {
      ...{ grip: isGrip(grip) ? grip : 'draw', side: isGrip(grip) ? side : view.active },
      ...{ startMs: plot.timeAt(startPx), span, bounds: view.bounds, startPx, moved: false },
    };
    plot.overlay.setPointerCapture(event.pointerId);
  });
  plot.overlay.addEventListener('pointermove', (event) => {
    if (drag === undefined) return;
    const px = pxOf(event);
    drag.moved ||= Math.abs(px - drag.startPx) >= DRAG_PX;
    if (drag.moved) place(drag.side, dragged(drag, plot.timeAt(px)));
  });
  plot.overlay.addEventListener('pointerup', (event) => {
    const done = drag;
    drag = undefined;
    if (done === undefined) return;
    if (done.moved) events.onSelect(done.side, dragged(done, plot.timeAt(pxOf(event))));
    else if (done.grip === 'draw') events.onClear();
  });
  plot.overlay.addEventListener('pointercancel', () => {
    const side = drag?.side;
    drag = undefined;
    if (side !== undefined) place(side, spanOf(side));
  });
  plot.overlay.addEventListener('dblclick', () => events.onReset());

  for (const side of ['a', 'b'] as const) {
    brushes[side].addEventListener('keydown', (event) => {
      const span = spanOf(side);
      if (view === undefined || span === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      // Keys go beyond the range, which then grows with the window; no further than now.
      const bounds = { fromMs: 0, untilMs: Math.max(view.bounds.untilMs, serverNow()) };
      const next = keyed(event.key, event.shiftKey, span, bounds);
      const factor = zoomFactor(event.key);
      if (next === undefined && factor === undefined && event.key !== 'Escape') return;
      event.preventDefault();
      event.stopPropagation();
      if (next !== undefined) events.onSelect(side, next);
      else if (factor !== undefined) events.onZoom(factor);
      else events.onClear();
    });
  }

  return {
    get dragging() {
      return drag !== undefined;
    },
    show(next) {
      view = next;
      if (drag !== undefined) return;
      place('a', next.base);
      place('b', next.window);
    },
  };
}
