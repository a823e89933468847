// What the colours of a comparison mean.
import { element } from '../dom.ts';
import type { Scheme } from '../palette.ts';
import { scaleColour, STRIPES } from './diff-palette.ts';

/** Swatches between −1 and 1. */
const STEPS = [-1, -0.66, -0.33, 0, 0.33, 0.66, 1];

function swatch(background: string): HTMLElement {
  const made = element('span', { class: 'swatch' });
  made.style.background = background;
  return made;
}

function stripedSwatch(id: (typeof STRIPES)[number]['id'], degrees: number, scheme: Scheme): HTMLElement {
  const [one, other] = STRIPES.find((each) => each.id === id)!.at.map((at) => scaleColour(at, scheme));
  return swatch(`repeating-linear-gradient(${degrees}deg, ${one} 0 4px, ${other} 4px 8px)`);
}

export function diffLegend(scheme: Scheme): HTMLElement {
  return element(
    'ul',
    { class: 'diff-legend', 'aria-label': 'Colours' },
    element('li', {}, stripedSwatch('only-before', 45, scheme), 'only before'),
    element('li', {}, 'less', ...STEPS.map((at) => swatch(scaleColour(at, scheme))), 'more'),
    element('li', {}, stripedSwatch('only-after', -45, scheme), 'only after'),
  );
}
