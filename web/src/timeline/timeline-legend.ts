// The timeline's layers by name: colour, value, CPUs busy.
import { element } from '../dom.ts';
import { cpusText } from './timeline-hover.ts';

export interface LegendRow {
  /** Value of the label. */
  value: string;
  name: string;
  colour: string;
  cpus: number;
}

export interface TimelineLegend {
  show(rows: readonly LegendRow[], caption: string): void;
}

/** `onChoose` with the value and the button that was pressed. */
export function createTimelineLegend(
  list: HTMLElement,
  onChoose: (value: string, button: HTMLElement) => void,
): TimelineLegend {
  let drawn = '';
  return {
    show(rows, caption) {
      // What is the same is left in place, so that a refresh takes the focus from no button.
      const key = JSON.stringify([rows, caption]);
      if (key === drawn) return;
      drawn = key;
      const focused = [...list.children].findIndex((item) => item.contains(document.activeElement));
      list.setAttribute('aria-label', caption);
      list.replaceChildren(
        ...rows.map(({ value, name, colour, cpus }) => {
          const chip = element('span', { class: 'chip' });
          chip.style.background = colour;
          const button = element(
            'button',
            { type: 'button', title: `${name}: ${cpusText(cpus)} on average in the window` },
            chip,
            element('span', { class: 'name' }, name),
            element('span', { class: 'value' }, cpus > 0 && cpus < 0.005 ? '< 0.01' : cpus.toFixed(2)),
          );
          button.addEventListener('click', () => onChoose(value, button));
          return element('li', {}, button);
        }),
      );
      if (focused >= 0) list.children[focused]?.querySelector('button')?.focus();
    },
  };
}
