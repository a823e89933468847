// The box behind the share of unnamed samples: what is known of them, and what to install so that more is.
import { byId, element } from '../dom.ts';
import { formatShare } from '../format.ts';
import { createPopover } from '../popover.ts';
import type { CoverageBody, GainRow, LevelShare } from './coverage-rows.ts';
import { gainRows, levelShares } from './coverage-rows.ts';

export class CoverageBox {
  /** Opens the box; its text is its owner's. */
  readonly button = element('button', { type: 'button' });
  readonly #box = byId('coverage-box', HTMLElement);
  readonly #popover = createPopover(this.button, this.#box, () => this.#draw());
  #coverage: CoverageBody | undefined;

  /** Redraws an open box, unless somebody is reading or marking text in it: neither place nor focus is lost. */
  render(coverage: CoverageBody | undefined): void {
    this.#coverage = coverage;
    const reading = this.#box.contains(document.activeElement) || this.#box.matches(':hover');
    if (this.#popover.open && !reading) this.#draw();
  }

  #draw(): void {
    if (this.#coverage === undefined) return;
    const levels = levelShares(this.#coverage);
    const rows = gainRows(this.#coverage);
    this.#box.replaceChildren(
      element('h2', {}, 'Known of where the samples of the last five minutes were taken'),
      levelBar(levels),
      levelList(levels),
      ...(rows.length === 0 ? [] : [gainTable(rows)]),
      element('p', { class: 'hint' }, 'What is installed names history too, within minutes.'),
    );
  }
}

function levelBar(levels: readonly LevelShare[]): HTMLElement {
  const parts = levels.map(({ level, share }) => {
    const part = element('span', { 'data-level': level });
    part.style.flexGrow = String(share);
    return part;
  });
  return element('div', { class: 'level-bar', 'aria-hidden': 'true' }, ...parts);
}

function levelList(levels: readonly LevelShare[]): HTMLElement {
  const items = levels.map(({ level, name, share }) =>
    element(
      'li',
      {},
      element('span', { class: 'chip', 'data-level': level }),
      `${name} `,
      element('b', {}, formatShare(share)),
    ),
  );
  return element('ul', { class: 'levels' }, ...items);
}

function gainTable(rows: readonly GainRow[]): HTMLElement {
  const heads = [
    ['No line', 'Share of the samples that are in the object and have no line'],
    ['Object', 'Program, library, kernel module or process with code made at run time'],
    ['Known', 'What most of these samples have'],
    ['What helps', ''],
  ];
  const head = heads.map(([label, title]) => element('th', { scope: 'col', title: title! }, label!));
  return element(
    'div',
    { class: 'gain', role: 'region', 'aria-label': 'Objects that would gain most', tabindex: '0' },
    element(
      'table',
      {},
      element('thead', {}, element('tr', {}, ...head)),
      element('tbody', {}, ...rows.map(gainRow)),
    ),
  );
}

function gainRow({ object, title, share, has, advice, isCommand }: GainRow): HTMLElement {
  return element(
    'tr',
    {},
    element('td', { class: 'number' }, formatShare(share)),
    element('td', { class: 'name', title }, object),
    element('td', { class: 'has' }, has),
    element(
      'td',
      { class: 'advice' },
      isCommand ? element('code', {}, advice) : advice === '' ? '–' : advice,
    ),
  );
}
