// A context menu: opens where it was asked for, works by mouse and by keys, gives the focus back when it closes.
import { element } from './dom.ts';

export interface MenuItem {
  label: string;
  /** What it would act on, in smaller type. */
  detail?: string;
  run(): void;
}

const MARGIN_PX = 6;

export interface Menu {
  readonly open: boolean;
  /** At a point of the viewport, px. */
  show(title: string, items: readonly MenuItem[], at: { x: number; y: number }): void;
  hide(): void;
}

function itemElement({ label, detail }: MenuItem): HTMLButtonElement {
  const button = element('button', { type: 'button', role: 'menuitem', tabindex: '-1' }, label);
  if (detail !== undefined) button.append(element('small', {}, detail));
  return button;
}

/** The item that a key leads to. */
function neighbour(key: string, at: number, count: number): number | undefined {
  if (key === 'ArrowDown') return (at + 1) % count;
  if (key === 'ArrowUp') return (at + count - 1) % count;
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  return undefined;
}

export function createMenu(): Menu {
  const box = element('div', { class: 'menu', role: 'menu', hidden: '' });
  document.body.append(box);
  let buttons: HTMLButtonElement[] = [];
  let before: Element | null = null;

  const hide = () => {
    if (box.hidden) return;
    const hadFocus = box.contains(document.activeElement);
    box.hidden = true;
    if (hadFocus && (before instanceof HTMLElement || before instanceof SVGElement)) before.focus();
  };

  const place = ({ x, y }: { x: number; y: number }) => {
    box.style.left = `${Math.max(MARGIN_PX, Math.min(x, window.innerWidth - box.offsetWidth - MARGIN_PX))}px`;
    box.style.top = `${Math.max(MARGIN_PX, Math.min(y, window.innerHeight - box.offsetHeight - MARGIN_PX))}px`;
  };

  box.addEventListener('keydown', (event) => {
    event.stopPropagation();
    const at = buttons.findIndex((button) => button === document.activeElement);
    const next = neighbour(event.key, at, buttons.length);
    if (next !== undefined) {
      event.preventDefault();
      buttons[next]!.focus();
    } else if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      hide();
    }
  });
  document.addEventListener('pointerdown', (event) => {
    if (event.target instanceof Node && !box.contains(event.target)) hide();
  });
  window.addEventListener('blur', hide);

  return {
    get open() {
      return !box.hidden;
    },
    show(title, items, at) {
      before = document.activeElement;
      buttons = items.map((item) => {
        const button = itemElement(item);
        button.addEventListener('click', () => {
          hide();
          item.run();
        });
        return button;
      });
      box.setAttribute('aria-label', title);
      box.replaceChildren(element('strong', { role: 'presentation' }, title), ...buttons);
      box.hidden = false;
      place(at);
      buttons[0]?.focus();
    },
    hide,
  };
}
