// A box beside the pointer, and what it says of a frame.
import { element } from './dom.ts';
import { formatCount, formatDuration, formatShare } from './format.ts';
import { sourcePlace } from './frame-name.ts';
import type { FrameClass, FrameNode } from './frame-tree.ts';
import { classColour } from './palette.ts';
import type { Scheme } from './palette.ts';

export const CLASS_NAMES: Readonly<Record<FrameClass, string>> = {
  kernel: 'Kernel',
  native: 'Native',
  jit: 'JIT',
  marker: 'Not walked',
  group: 'Group',
};

/** Distance from the pointer, px: far enough not to lie under it. */
const OFFSET_PX = 14;

function share(part: number, whole: number): string {
  return whole === 0 ? '–' : formatShare(part / whole);
}

function row(label: string, ...cells: string[]): HTMLElement {
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, label),
    ...cells.map((cell) => element('td', {}, cell)),
  );
}

/** The line of a tooltip that says where in its source a frame is; none where that is not known. */
export function placeLine(frame: { file: string; line: number }): HTMLElement[] {
  const place = sourcePlace(frame);
  return place === '' ? [] : [element('span', { class: 'place' }, place)];
}

/** How the code that ran was compiled; none where that is not told. */
function tierLine({ tier }: FrameNode): HTMLElement[] {
  return tier === '' ? [] : [element('span', { class: 'place' }, `Code: ${tier}`)];
}

export interface TooltipFacts {
  frame: FrameNode;
  parent: FrameNode | undefined;
  /** CPU time of the whole window, ns. */
  total: number;
  scheme: Scheme;
}

/** Name, object, place and figures of a frame. */
export function frameContent({ frame, parent, total, scheme }: TooltipFacts): HTMLElement[] {
  const chip = element('span', { class: 'chip' });
  chip.style.background = classColour(frame.frameClass, scheme);
  const rows = [
    row('Total', formatDuration(frame.value), share(frame.value, total)),
    row('Self', formatDuration(frame.self), share(frame.self, total)),
    row('Samples', formatCount(frame.count), ''),
  ];
  if (parent !== undefined) rows.push(row('Of caller', '', share(frame.value, parent.value)));
  return [
    element('strong', {}, frame.name),
    element(
      'span',
      { class: 'object' },
      chip,
      frame.object === '' ? CLASS_NAMES[frame.frameClass] : frame.object,
    ),
    ...placeLine(frame),
    ...tierLine(frame),
    element('table', {}, element('tbody', {}, ...rows)),
  ];
}

export interface Tooltip {
  readonly visible: boolean;
  /** Gives a function that adds a line below, as long as this is what is shown. */
  show(event: MouseEvent, content: readonly Node[]): (line: HTMLElement) => void;
  hide(): void;
}

export function createTooltip(): Tooltip {
  const box = element('div', { class: 'tooltip', role: 'tooltip', hidden: '' });
  document.body.append(box);

  let shown = 0;
  const place = (event: MouseEvent) => {
    const { innerWidth, innerHeight } = window;
    const left = event.clientX + OFFSET_PX;
    const top = event.clientY + OFFSET_PX;
    const flipX = left + box.offsetWidth > innerWidth - OFFSET_PX;
    const flipY = top + box.offsetHeight > innerHeight - OFFSET_PX;
    box.style.left = `${Math.max(4, flipX ? event.clientX - OFFSET_PX - box.offsetWidth : left)}px`;
    box.style.top = `${Math.max(4, flipY ? event.clientY - OFFSET_PX - box.offsetHeight : top)}px`;
  };
  document.addEventListener('mousemove', (event) => {
    if (!box.hidden) place(event);
  });

  return {
    get visible() {
      return !box.hidden;
    },
    show(event, content) {
      box.replaceChildren(...content);
      box.hidden = false;
      place(event);
      const mine = ++shown;
      return (line) => {
        if (mine === shown && !box.hidden) box.append(line);
      };
    },
    hide() {
      box.hidden = true;
    },
  };
}
