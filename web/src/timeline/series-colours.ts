// Colours of the timeline's layers: a value keeps its colour as long as no heavier one claims it.
import type { Scheme } from '../palette.ts';

interface Tone {
  hue: number;
  saturation: number;
}

/** Ten hues that tell apart side by side, in the order they are handed out. */
const TONES: readonly Tone[] = [
  { hue: 26, saturation: 84 },
  { hue: 208, saturation: 62 },
  { hue: 158, saturation: 42 },
  { hue: 268, saturation: 48 },
  { hue: 346, saturation: 66 },
  { hue: 46, saturation: 78 },
  { hue: 190, saturation: 52 },
  { hue: 96, saturation: 40 },
  { hue: 312, saturation: 44 },
  { hue: 232, saturation: 54 },
];

const LIGHTNESS: Readonly<Record<Scheme, number>> = { light: 64, dark: 58 };
const REST: Readonly<Record<Scheme, string>> = { light: 'hsl(30 6% 76%)', dark: 'hsl(220 6% 42%)' };

function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return sum;
}

/** One colour per value; what is left over ('') is grey. Values come heaviest first. */
export function seriesColours(values: readonly string[], scheme: Scheme): string[] {
  const taken = new Set<number>();
  return values.map((value) => {
    if (value === '') return REST[scheme];
    let at = hash(value) % TONES.length;
    for (let tries = 0; taken.has(at) && tries < TONES.length; tries++) at = (at + 1) % TONES.length;
    taken.add(at);
    const { hue, saturation } = TONES[at]!;
    return `hsl(${hue} ${saturation}% ${LIGHTNESS[scheme]}%)`;
  });
}
