// The striped fills of frames that are on one side only, as SVG patterns that the flame graph's frames refer to.
import type { Scheme } from '../palette.ts';
import { scaleColour, STRIPES } from './diff-palette.ts';

const SVG = 'http://www.w3.org/2000/svg';
const STRIPE_PX = 6;
/** Rising for what came, falling for what went. */
const ANGLES = { after: 45, before: -45 } as const;

function svgElement(tag: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

function pattern(id: string, grounds: readonly string[]): SVGElement {
  const angle = id.startsWith('only-after') ? ANGLES.after : ANGLES.before;
  const size = 2 * STRIPE_PX;
  const made = svgElement('pattern', {
    ...{ id, width: size, height: size },
    ...{ patternUnits: 'userSpaceOnUse', patternTransform: `rotate(${angle})` },
  });
  const stripes = grounds.map((fill, i) =>
    svgElement('rect', { x: i * STRIPE_PX, y: 0, width: STRIPE_PX, height: size, fill }),
  );
  made.append(...stripes);
  return made;
}

export interface Stripes {
  /** Takes no room; patterns of an element that is not rendered would not be drawn. */
  readonly element: SVGElement;
  recolour(scheme: Scheme): void;
}

export function createStripes(): Stripes {
  const element = svgElement('svg', { class: 'stripes', width: 0, height: 0, 'aria-hidden': 'true' });
  return {
    element,
    recolour(scheme) {
      const patterns = STRIPES.map(({ id, at }) =>
        pattern(
          id,
          at.map((each) => scaleColour(each, scheme)),
        ),
      );
      element.replaceChildren(...patterns);
    },
  };
}
