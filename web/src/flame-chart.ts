// The flame graph itself, of any tree of frames. The only module that touches d3.
import flamegraph from 'd3-flame-graph';
import type { ChartNode, ChartTooltip } from 'd3-flame-graph';
import { select, selection } from 'd3-selection';
import { frameLabel } from './frame-name.ts';
import { matches } from './frame-tree.ts';

const CELL_HEIGHT_PX = 20;
/**
 * Narrower frames can be neither read nor hit, and are not drawn until a zoom makes them wider: a busy window has
 * thousands of them, and each takes five DOM nodes.
 */
const MIN_FRAME_PX = 2;
/** d3-flame-graph leaves the labels of narrower frames empty. */
const MIN_LABEL_PX = 35;

/**
 * d3-flame-graph animates every attribute of every frame, over 0 ms when told so: four timers per frame, most of the
 * time of a drawing. Here a transition is the selection itself, so that what is set is set at once.
 */
Object.assign(selection.prototype, {
  transition(this: object): object {
    const itself = { value: () => now };
    const now: object = Object.create(this, { delay: itself, duration: itself, ease: itself }) as object;
    return now;
  },
});

/** What the chart needs of a node: its width is its share of `value`. */
export interface ChartFrame {
  name: string;
  /** At least the sum of the children's. */
  value: number;
  children: this[];
  /** Path of the object; searched like the name. */
  object: string;
  /** Tells the frame from all others of its tree. */
  key: string;
}

export interface FlameChartEvents<F extends ChartFrame> {
  /** A CSS colour; `matched` is undefined while no search is on. */
  colour(frame: F, matched: boolean | undefined): string;
  /** A frame was clicked. */
  onZoom(frame: F): void;
  /** The pointer is over a frame. */
  onHover(event: MouseEvent, frame: F, parent: F | undefined): void;
  onLeave(): void;
  /** The menu of a frame is asked for by its right button. */
  onMenu?(event: MouseEvent, frame: F): void;
}

export interface FlameChart<F extends ChartFrame> {
  /** Draws a tree: zoom and search start over. */
  show(tree: F, inverted: boolean): void;
  /** Zooms to the frame of that key; to the whole where there is none. */
  zoom(key: string): void;
  search(term: string): void;
  /** Like a search, for frames that are found by other means than a term; undefined ends it. */
  highlight(matched: ((frame: F) => boolean) | undefined): void;
  /** Puts the cursor on the frame of that key and gives its element; undefined where it is not drawn. */
  mark(key: string): SVGGElement | undefined;
  isDrawn(frame: F): boolean;
  /** Draws again in the colours of the scheme. */
  recolour(): void;
  /** Fits the drawing to the element, if that has another width than it was drawn for. */
  resize(): void;
}

export function createFlameChart<F extends ChartFrame>(
  element: HTMLElement,
  events: FlameChartEvents<F>,
): FlameChart<F> {
  const chart = flamegraph<F>();
  let matched: ((frame: F) => boolean) | undefined;
  let drawn = false;
  /** px */
  let width = 0;
  /** Key of the frame zoomed into; '' for the whole. */
  let zoomed = '';
  /** Zooming by program must not look like a click. */
  let quiet = false;

  const colourOf = (frame: F) => events.colour(frame, matched?.(frame));

  const quietly = (change: () => void) => {
    quiet = true;
    change();
    quiet = false;
  };

  const tooltip: ChartTooltip<F> = Object.assign(() => undefined, {
    show: (event: MouseEvent, node: ChartNode<F>) => events.onHover(event, node.data, node.parent?.data),
    hide: () => events.onLeave(),
  });

  chart
    .cellHeight(CELL_HEIGHT_PX)
    .minFrameSize(MIN_FRAME_PX)
    .transitionDuration(0)
    .tooltip(tooltip)
    .getName(({ data }) => frameLabel(data))
    .setColorMapper(({ data }) => colourOf(data))
    .setDetailsHandler(() => undefined)
    .onClick((node) => {
      if (quiet) return;
      dropEmptyLabels();
      zoomed = node.parent === null ? '' : node.data.key;
      events.onZoom(node.data);
    });

  const root = () => select<ChartNode<F>>(element).datum();
  const frameOf = (frame: Element) => select<ChartNode<F>>(frame).datum().data;
  const drawnFrames = () => [...element.querySelectorAll<SVGGElement>('g.frame')];

  element.addEventListener('contextmenu', (event) => {
    const frame = event.target instanceof Element ? event.target.closest('g.frame') : null;
    if (frame === null || events.onMenu === undefined) return;
    event.preventDefault();
    events.onMenu(event, frameOf(frame));
  });

  /** Colours alone: d3-flame-graph's own search and update set a dozen attributes of every frame. */
  const paint = () => {
    for (const frame of drawnFrames()) {
      frame.querySelector('rect')?.setAttribute('fill', colourOf(frameOf(frame)));
    }
  };

  /** An empty label costs as much to lay out as a written one: each is a foreign object with a box of its own. */
  const dropEmptyLabels = () => {
    for (const label of element.querySelectorAll('foreignObject')) {
      if (Number(label.getAttribute('width')) < MIN_LABEL_PX) label.setAttribute('display', 'none');
      else label.removeAttribute('display');
    }
  };

  const highlight = (next: ((frame: F) => boolean) | undefined) => {
    if (next === undefined && matched === undefined) return;
    matched = next;
    paint();
  };

  return {
    show(tree, inverted) {
      matched = undefined;
      zoomed = '';
      width = element.clientWidth;
      chart.inverted(inverted).width(width).height(null);
      if (drawn) chart.update(tree);
      else select(element).datum(tree).call(chart);
      drawn = true;
      dropEmptyLabels();
    },
    zoom(key) {
      if (!drawn || key === zoomed) return;
      // d3-flame-graph keeps what an earlier zoom hid, so each zoom begins from the whole.
      if (zoomed !== '') quietly(() => chart.resetZoom());
      const found = root()
        .descendants()
        .find((node) => node.data.key === key);
      zoomed = found?.parent == null ? '' : key;
      if (found !== undefined && zoomed !== '') quietly(() => chart.zoomTo(found));
      dropEmptyLabels();
    },
    search(text) {
      highlight(text === '' ? undefined : (frame) => matches(frame, text));
    },
    highlight,
    mark(key) {
      let found: SVGGElement | undefined;
      for (const frame of drawnFrames()) {
        const here = frameOf(frame).key === key;
        frame.classList.toggle('cursor', here);
        if (here) found = frame;
      }
      return found;
    },
    isDrawn: ({ key }) => drawnFrames().some((frame) => frameOf(frame).key === key),
    recolour: paint,
    resize() {
      const now = element.clientWidth;
      // The height follows from the data; only a new width needs another drawing.
      if (!drawn || now === width || now === 0) return;
      width = now;
      chart.width(width).update();
      dropEmptyLabels();
    },
  };
}
