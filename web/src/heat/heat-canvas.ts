// Draws a heat map: one pixel per cell, made as large as the place for it.
import type { HeatmapBody } from '../api.ts';
import type { Scheme } from '../palette.ts';
import { strengths } from './heat-cells.ts';

type Rgb = readonly [number, number, number];

/** From nothing to the most, over a colour of its own in between: more shades can be told apart. */
const RAMP: Readonly<Record<Scheme, readonly [Rgb, Rgb, Rgb]>> = {
  light: [
    [250, 247, 243],
    [247, 173, 96],
    [150, 32, 18],
  ],
  dark: [
    [27, 30, 38],
    [190, 84, 30],
    [255, 224, 140],
  ],
};

/** `at` between 0 and 1. */
export function heatColour(at: number, scheme: Scheme): Rgb {
  const [low, middle, high] = RAMP[scheme];
  const [from, to, part] = at < 0.5 ? [low, middle, at * 2] : [middle, high, at * 2 - 1];
  const mixed = from.map((channel, i) => Math.round(channel + (to[i]! - channel) * part));
  return [mixed[0]!, mixed[1]!, mixed[2]!];
}

export function drawHeatmap(canvas: HTMLCanvasElement, body: HeatmapBody, scheme: Scheme): void {
  const { columns, rows } = body;
  // The style sheet gives the size on the screen, without smoothing.
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext('2d');
  if (context === null) return;
  const image = context.createImageData(columns, rows);
  strengths(body).forEach((at, cell) => {
    const pixel = (cell % rows) * columns + Math.floor(cell / rows);
    image.data.set([...heatColour(at, scheme), 255], pixel * 4);
  });
  context.putImageData(image, 0, 0);
}
