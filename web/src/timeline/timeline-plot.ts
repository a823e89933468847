// The timeline's axes and layers on a canvas. The only module that touches uPlot.
import uPlot from 'uplot';
import { element } from '../dom.ts';
import { cpuLabel, cpuTicks, timeTicks } from './axis-labels.ts';
import type { TimelineData } from './timeline-data.ts';

const HEIGHT_PX = 132;
const AXIS_WIDTH_PX = 44;
const AXIS_HEIGHT_PX = 22;
const TICK_DISTANCE_PX = 90;
/** Distance of the lines that mark what was not sampled, canvas px. */
const HATCH_PX = 7;

export interface PlotOptions {
  fromMs: number;
  untilMs: number;
  /** Top of the axis, CPUs. */
  top: number;
  /** Of the layers, in their order. */
  colours: readonly string[];
}

export interface TimelinePlot {
  /** Lies over the layers, as large as they; what is put into it is placed by `pxAt`. */
  readonly overlay: HTMLElement;
  draw(data: TimelineData, options: PlotOptions): void;
  /** px from the overlay's left edge. */
  pxAt(ms: number): number;
  timeAt(px: number): number;
  resize(): void;
}

/** Colours of the style sheet, as a canvas understands them: `light-dark()` is resolved for an element only. */
function colourReader(container: HTMLElement): (name: string) => string {
  const probe = element('span', { hidden: '' });
  container.append(probe);
  return (name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
}

interface Picture {
  data: TimelineData;
  options: PlotOptions;
}

const EMPTY: Picture = {
  data: { fromMs: 0, stepMs: 1, layers: [], total: [] },
  options: { fromMs: 0, untilMs: 1, top: 1, colours: [] },
};

/** Edge of a bin in canvas px, rounded, so that neighbours touch and do not overlap. */
const edgeOf = (plot: uPlot, ms: number) => Math.round(plot.valToPos(ms, 'x', true));

/** Each bin is a column of rectangles, the heaviest layer at the bottom. */
function drawLayers(plot: uPlot, { data, options }: Picture): void {
  const { ctx } = plot;
  const floor = new Float64Array(data.total.length);
  data.layers.forEach(({ cpus }, layer) => {
    ctx.fillStyle = options.colours[layer] ?? 'grey';
    cpus.forEach((value, bin) => {
      if (value === null || value === 0) return;
      const ms = data.fromMs + bin * data.stepMs;
      const [left, right] = [edgeOf(plot, ms), edgeOf(plot, ms + data.stepMs)];
      const bottom = Math.round(plot.valToPos(floor[bin]!, 'y', true));
      floor[bin]! += value;
      const top = Math.round(plot.valToPos(floor[bin]!, 'y', true));
      ctx.fillRect(left, top, Math.max(1, right - left), bottom - top);
    });
  });
}

/** Runs of bins without a value are hatched: there nothing was sampled, which is not the same as idle. */
function drawGaps(plot: uPlot, { data }: Picture, colour: string): void {
  const { ctx, bbox } = plot;
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1;
  for (let bin = 0; bin < data.total.length; bin++) {
    if (data.total[bin] !== null) continue;
    let end = bin;
    while (end < data.total.length && data.total[end] === null) end++;
    const left = edgeOf(plot, data.fromMs + bin * data.stepMs);
    const right = edgeOf(plot, data.fromMs + end * data.stepMs);
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, bbox.top, right - left, bbox.height);
    ctx.clip();
    ctx.beginPath();
    // Laid out from the canvas's edge, so that neighbouring gaps have one pattern.
    const first = Math.floor((left - bbox.height) / HATCH_PX) * HATCH_PX;
    for (let x = first; x < right; x += HATCH_PX) {
      ctx.moveTo(x, bbox.top + bbox.height);
      ctx.lineTo(x + bbox.height, bbox.top);
    }
    ctx.stroke();
    ctx.restore();
    bin = end;
  }
}

function paint(plot: uPlot, picture: Picture, colour: (name: string) => string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  drawGaps(plot, picture, colour('--hatch'));
  drawLayers(plot, picture);
  ctx.restore();
}

function optionsOf(container: HTMLElement, picture: () => Picture): uPlot.Options {
  const colour = colourReader(container);
  const axis = {
    stroke: () => colour('--muted'),
    font: '11px system-ui, sans-serif',
    grid: { stroke: () => colour('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: Math.max(1, container.clientWidth),
    height: HEIGHT_PX,
    padding: [10, 22, 0, 0],
    ms: 1,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { range: () => [picture().options.fromMs, picture().options.untilMs] },
      y: { range: () => [0, picture().options.top] },
    },
    series: [{}, { paths: () => null, points: { show: false } }],
    axes: [
      {
        ...axis,
        size: AXIS_HEIGHT_PX,
        gap: 4,
        space: TICK_DISTANCE_PX,
        values: (_plot, splits, _axis, _space, step) => timeTicks(splits, step),
      },
      {
        ...axis,
        size: AXIS_WIDTH_PX,
        splits: () => cpuTicks(picture().options.top),
        values: (_plot, splits) => splits.map(cpuLabel),
      },
    ],
    hooks: { drawAxes: [(plot) => paint(plot, picture(), colour)] },
  };
}

export function createTimelinePlot(container: HTMLElement): TimelinePlot {
  let picture = EMPTY;
  const plot = new uPlot(
    optionsOf(container, () => picture),
    [[], []],
    container,
  );
  return {
    overlay: plot.over,
    draw(data, options) {
      picture = { data, options };
      // uPlot asks for the scales' ranges only where there is data.
      plot.setData([
        [options.fromMs, options.untilMs],
        [0, 0],
      ]);
    },
    pxAt: (ms) => plot.valToPos(ms, 'x'),
    timeAt: (px) => plot.posToVal(px, 'x'),
    resize() {
      const width = Math.max(1, container.clientWidth);
      if (width !== plot.width) plot.setSize({ width, height: HEIGHT_PX });
    },
  };
}
