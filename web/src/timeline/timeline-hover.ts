// What the timeline tells about the moment under the pointer.
import { element } from '../dom.ts';
import { utcLabel, windowLabel } from '../time/time-label.ts';
import type { TimelineData } from './timeline-data.ts';
import { layersAt } from './timeline-data.ts';

/** Layers named; the sum is told whole. */
const NAMED = 5;

/** `1.250 CPUs`, `0.003 CPUs`: what is there is never told as zero. */
export function cpusText(cpus: number): string {
  if (cpus > 0 && cpus < 0.0005) return '< 0.001 CPUs';
  return `${cpus.toFixed(cpus < 9.995 ? 3 : 2)} CPUs`;
}

export interface HoverFacts {
  data: TimelineData;
  bin: number;
  nowMs: number;
  colours: readonly string[];
  nameOf: (value: string) => string;
}

export function hoverContent({ data, bin, nowMs, colours, nameOf }: HoverFacts): HTMLElement[] {
  const fromMs = data.fromMs + bin * data.stepMs;
  const untilMs = fromMs + data.stepMs;
  const heading = [
    element('strong', {}, windowLabel(fromMs, untilMs, nowMs)),
    element('span', { class: 'object' }, utcLabel(fromMs, untilMs)),
  ];
  const total = data.total[bin];
  if (total == null) {
    const why =
      untilMs > nowMs - data.stepMs
        ? 'Not stored yet'
        : 'No samples: nothing was sampled here, or nothing ran';
    return [...heading, element('span', {}, why)];
  }
  const rows = layersAt(data, bin).map(({ layer, value, cpus }) => {
    const chip = element('span', { class: 'chip' });
    chip.style.background = colours[layer] ?? '';
    return row(cpus, chip, nameOf(value));
  });
  const more = rows.length - NAMED;
  const rest = more > 0 ? [element('tr', {}, element('th', { scope: 'row' }, `and ${more} more`))] : [];
  const sum = row(total, 'Together');
  sum.className = 'sum';
  return [...heading, element('table', {}, element('tbody', {}, ...rows.slice(0, NAMED), ...rest, sum))];
}

function row(cpus: number, ...name: (Node | string)[]): HTMLTableRowElement {
  return element('tr', {}, element('th', { scope: 'row' }, ...name), element('td', {}, cpusText(cpus)));
}
