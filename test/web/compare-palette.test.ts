// Colours of a comparison: readable, telling in every scheme, and quiet where nothing happened.
import { describe, expect, it } from 'vitest';
import { diffColour, scaleColour, STRIPES, strength } from '../../web/src/compare/diff-palette.ts';
import type { Scheme } from '../../web/src/palette.ts';

/** The label's colour in chart.css. */
const LABEL = 'rgb(29 21 11)';
const SCHEMES: readonly Scheme[] = ['light', 'dark'];

function channels(rgb: string): number[] {
  return rgb.match(/\d+/g)!.map(Number);
}

/** WCAG 2.2: relative luminance. */
function luminance(rgb: string): number {
  const [r, g, b] = channels(rgb).map((channel) => {
    const c = channel / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

/** As protanopes and deuteranopes see it (Viénot, Brettel & Mollon 1999, linear RGB). */
const SIMULATIONS = {
  protanope: [0.11238, 0.88762, 0, 0.11238, 0.88762, 0, 0.00401, -0.00401, 1],
  deuteranope: [0.29275, 0.70725, 0, 0.29275, 0.70725, 0, -0.02234, 0.02234, 1],
} as const;

function seen(rgb: string, matrix: readonly number[]): number[] {
  const linear = channels(rgb).map((c) => (c / 255) ** 2.2);
  return [0, 3, 6].map((row) => {
    const value = linear.reduce((sum, channel, i) => sum + matrix[row + i]! * channel, 0);
    return 255 * Math.max(0, value) ** (1 / 2.2);
  });
}

const distance = (a: readonly number[], b: readonly number[]) => Math.hypot(...a.map((x, i) => x - b[i]!));
const node = (weight: number, ratio: number) => ({ weight, ratio, presence: 'both' as const });

describe('the scale', () => {
  it.each(SCHEMES)('leaves labels readable on every step (%s)', (scheme) => {
    for (let at = -1; at <= 1; at += 0.05) {
      expect(contrast(scaleColour(at, scheme), LABEL)).toBeGreaterThanOrEqual(4.5);
    }
  });

  it.each(SCHEMES)('tells less, same and more apart to the colour-blind (%s)', (scheme) => {
    for (const matrix of Object.values(SIMULATIONS)) {
      const [less, same, more] = [-1, 0, 1].map((at) => seen(scaleColour(at, scheme), matrix));
      expect(distance(less!, more!)).toBeGreaterThan(100);
      expect(distance(less!, same!)).toBeGreaterThan(40);
      expect(distance(more!, same!)).toBeGreaterThan(40);
    }
  });

  it('goes to neither end where nothing changed, and stays at the ends beyond them', () => {
    const [r, g, b] = channels(scaleColour(0, 'light'));
    expect(Math.max(r!, g!, b!) - Math.min(r!, g!, b!)).toBeLessThan(10);
    expect(scaleColour(3, 'light')).toBe(scaleColour(1, 'light'));
  });
});

describe('the strength of a change', () => {
  it('is the full one for a tripling to 15 % of the whole', () => {
    expect(strength({ weight: 0.1, ratio: 0.67 })).toBeGreaterThan(0.8);
  });

  it('is none for a few samples more or less, however much that is for their frame', () => {
    expect(strength({ weight: 0.00005, ratio: 1 })).toBe(0);
    expect(strength({ weight: -0.00005, ratio: -1 })).toBe(0);
  });

  it('is small for a caller of everything that grew by a little', () => {
    expect(strength({ weight: 0.02, ratio: 0.02 })).toBeLessThan(0.2);
  });

  it('is opposite for the opposite change', () => {
    expect(strength({ weight: -0.1, ratio: -0.5 })).toBe(-strength({ weight: 0.1, ratio: 0.5 }));
  });

  it('rises with both the part of the whole and the part of the frame', () => {
    expect(strength({ weight: 0.01, ratio: 0.5 })).toBeGreaterThan(strength({ weight: 0.005, ratio: 0.5 }));
    expect(strength({ weight: 0.01, ratio: 0.5 })).toBeGreaterThan(strength({ weight: 0.01, ratio: 0.3 }));
  });
});

describe('the fill of a frame', () => {
  it('is striped for what is on one side only, faintly where it is little', () => {
    const ids = STRIPES.map(({ id }) => `url(#${id})`);
    const after = diffColour({ weight: 0.1, ratio: 1, presence: 'after' }, 'light', undefined);
    const before = diffColour({ weight: -0.1, ratio: -1, presence: 'before' }, 'light', undefined);
    const little = diffColour({ weight: 0.0001, ratio: 1, presence: 'after' }, 'light', undefined);
    expect([after, before, little]).toEqual([
      'url(#only-after)',
      'url(#only-before)',
      'url(#only-after-faint)',
    ]);
    expect(ids).toEqual(expect.arrayContaining([after, before, little, 'url(#only-before-faint)']));
  });

  it('stays what it is for a match of a search and steps back for the rest', () => {
    const grown = diffColour(node(0.1, 0.7), 'light', undefined);
    expect(diffColour(node(0.1, 0.7), 'light', true)).toBe(grown);
    const rest = diffColour(node(0.1, 0.7), 'light', false);
    expect(rest).not.toBe(grown);
    expect(diffColour(node(-0.1, -0.7), 'light', false)).toBe(rest);
  });
});
