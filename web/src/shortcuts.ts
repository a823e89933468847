// What keys do wherever the focus is, and the list of all keys behind `?`.
import { byId, element } from './dom.ts';

export interface ShortcutEvents {
  /** Zoom, search and choice, then the selection on the timeline. */
  escape(): void;
  /** One of the keys of `COMMANDS`. */
  command(command: Command): void;
}

export type Command = 'live' | 'heat' | 'table' | 'turn' | 'compare' | 'theme';

const COMMANDS: Readonly<Record<string, Command>> = {
  l: 'live',
  h: 'heat',
  t: 'table',
  i: 'turn',
  c: 'compare',
  d: 'theme',
};

const KEYS: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    'Anywhere',
    [
      ['/', 'Search'],
      ['f', 'Add a filter'],
      ['t', 'Graph, both, functions'],
      ['i', 'Icicle or flame'],
      ['h', 'Heat map on or off'],
      ['c', 'Explore or compare'],
      ['l', 'Live on or off'],
      ['d', 'Light or dark'],
      ['Esc', 'Reset zoom and search, then the timeline’s selection'],
      ['?', 'This list'],
    ],
  ],
  [
    'Timeline',
    [
      ['drag', 'Choose a window'],
      ['← →', 'Move it'],
      ['Shift ← →', 'Lengthen or shorten it'],
      ['+ −', 'Zoom the range'],
      ['double click', 'Back to now'],
    ],
  ],
  [
    'Flame graph',
    [
      ['click', 'Zoom into a frame'],
      ['right click', 'Menu of a frame'],
      ['← → ↑ ↓', 'Walk the frames'],
      ['Space', 'Zoom into the frame under the cursor'],
      ['Enter', 'Its menu'],
    ],
  ],
  [
    'Functions',
    [
      ['↑ ↓', 'Walk the rows'],
      ['Enter', 'Highlight in the graph'],
      ['Shift F10', 'Menu of a row'],
    ],
  ],
];

function fill(dialog: HTMLElement): void {
  const groups = KEYS.map(([title, keys]) =>
    element(
      'section',
      {},
      element('h3', {}, title),
      element(
        'dl',
        {},
        ...keys.flatMap(([key, what]) => [
          element('dt', {}, element('kbd', {}, key)),
          element('dd', {}, what),
        ]),
      ),
    ),
  );
  dialog.append(...groups);
}

export function enableShortcuts(events: ShortcutEvents): void {
  const dialog = byId('keys', HTMLDialogElement);
  const search = byId('search', HTMLInputElement);
  fill(byId('keys-list', HTMLElement));
  byId('help', HTMLButtonElement).addEventListener('click', () => dialog.showModal());
  // A click on the backdrop is a click on the dialog itself.
  dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close());

  const focusing: Readonly<Record<string, () => void>> = {
    '/': () => {
      search.focus();
      search.select();
    },
    f: () => byId('filter-add', HTMLButtonElement).click(),
    '?': () => dialog.showModal(),
  };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (event.key === 'Escape') {
      // A search field clears itself on Esc without telling; the state does it for both.
      event.preventDefault();
      if (typing) event.target.blur();
      return events.escape();
    }
    if (typing) return;
    const command = COMMANDS[event.key];
    const focus = focusing[event.key];
    if (command === undefined && focus === undefined) return;
    event.preventDefault();
    focus?.();
    if (command !== undefined) events.command(command);
  });
}
