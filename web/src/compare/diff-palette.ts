// Colours of a comparison: blue is less, orange more, grey the same: a pair that every common colour blindness tells
// apart. What is on one side only is striped as well, so that it does not hang on a hue alone. Every fill is light
// enough for the dark label on it to reach a contrast of 4.5.
import type { Scheme } from '../palette.ts';
import { searchColour } from '../palette.ts';
import type { DiffNode } from './diff-tree.ts';

type Rgb = readonly [number, number, number];

interface Ends {
  less: Rgb;
  same: Rgb;
  more: Rgb;
}

const ENDS: Readonly<Record<Scheme, Ends>> = {
  light: { less: [92, 158, 240], same: [232, 229, 224], more: [245, 130, 60] },
  dark: { less: [98, 164, 246], same: [150, 151, 155], more: [248, 136, 66] },
};

/** A change of this part of the whole has the full colour; the root of it sets in between. */
const FULL_WEIGHT = 0.02;
/** Below this part of the full colour a change is drawn as none: a few samples more or less. */
const FAINTEST = 0.06;
/** One-sided frames weaker than this are striped faintly. */
const FAINT_STRIPES = 0.35;

/**
 * Between −1 (less) and 1 (more). Both must be large for a full colour: the change against what the frame used (a
 * caller of everything changes a little by much) and against the whole (a frame of two samples easily doubles).
 */
export function strength({ ratio, weight }: Pick<DiffNode, 'ratio' | 'weight'>): number {
  const size = Math.sqrt(Math.abs(ratio)) * Math.min(1, Math.sqrt(Math.abs(weight) / FULL_WEIGHT));
  return size < FAINTEST ? 0 : Math.sign(weight) * size;
}

/** Of the scale from −1 to 1. */
export function scaleColour(at: number, scheme: Scheme): string {
  const { less, same, more } = ENDS[scheme];
  const end = at < 0 ? less : more;
  const part = Math.min(1, Math.abs(at));
  return `rgb(${same.map((channel, i) => Math.round(channel + (end[i]! - channel) * part)).join(' ')})`;
}

/** Stripes of a frame that is on one side only: the fill's id (see stripes.ts) and its two colours. */
export const STRIPES = [
  { id: 'only-after', at: [1, 0.3] },
  { id: 'only-after-faint', at: [0.5, 0.1] },
  { id: 'only-before', at: [-1, -0.3] },
  { id: 'only-before-faint', at: [-0.5, -0.1] },
] as const;

/** `matched` is undefined while no search is on; what matches keeps its colour, the rest steps back. */
export function diffColour(
  node: Pick<DiffNode, 'ratio' | 'weight' | 'presence'>,
  scheme: Scheme,
  matched: boolean | undefined,
): string {
  if (matched === false) return searchColour(false, scheme);
  const at = strength(node);
  if (node.presence === 'both' || node.presence === 'neither') return scaleColour(at, scheme);
  return `url(#only-${node.presence}${Math.abs(at) < FAINT_STRIPES ? '-faint' : ''})`;
}
