// Colours of frames: the hue tells the class, its shade the object, so that one library looks the same everywhere.
// Every fill is light enough for the dark label on it to reach a contrast of 4.5.
import type { FrameClass, FrameNode } from './frame-tree.ts';

interface Range {
  /** Degrees. */
  hue: readonly [number, number];
  saturation: number;
  /** Percent, in the light and in the dark theme. */
  lightness: Readonly<Record<'light' | 'dark', number>>;
}

export const PALETTE: Readonly<Record<FrameClass, Range>> = {
  kernel: { hue: [206, 242], saturation: 72, lightness: { light: 78, dark: 70 } },
  native: { hue: [14, 46], saturation: 88, lightness: { light: 72, dark: 64 } },
  jit: { hue: [140, 172], saturation: 46, lightness: { light: 70, dark: 60 } },
  marker: { hue: [30, 30], saturation: 4, lightness: { light: 82, dark: 62 } },
  group: { hue: [36, 36], saturation: 14, lightness: { light: 88, dark: 76 } },
};

const MATCH = { light: 'hsl(316 88% 74%)', dark: 'hsl(316 82% 68%)' } as const;
const NO_MATCH = { light: 'hsl(36 8% 91%)', dark: 'hsl(220 5% 52%)' } as const;

/** Between 0 and 1, the same for the same text. */
function spread(text: string): number {
  let hash = 7;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) >>> 0;
  return (hash % 997) / 996;
}

export type Scheme = 'light' | 'dark';

export function frameColour(
  frame: Pick<FrameNode, 'name' | 'object' | 'frameClass'>,
  scheme: Scheme,
): string {
  const { hue, saturation, lightness } = PALETTE[frame.frameClass];
  const degrees = hue[0] + (hue[1] - hue[0]) * spread(frame.object);
  // Neighbours of one object still tell apart by a little lightness, by function.
  const light = lightness[scheme] + 5 * spread(frame.name);
  return `hsl(${degrees.toFixed(0)} ${saturation}% ${light.toFixed(1)}%)`;
}

/** While a search is on, what matches glows and everything else steps back. */
export function searchColour(matched: boolean, scheme: Scheme): string {
  return matched ? MATCH[scheme] : NO_MATCH[scheme];
}

/** The middle of a class, for the legend. */
export function classColour(frameClass: FrameClass, scheme: Scheme): string {
  const { hue, saturation, lightness } = PALETTE[frameClass];
  return `hsl(${(hue[0] + hue[1]) / 2} ${saturation}% ${lightness[scheme] + 2}%)`;
}
