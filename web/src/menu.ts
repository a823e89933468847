// A context menu: opens where it was asked for, works by mouse and by keys, gives the focus back when it closes.
import { element } from './dom.ts';

export interface MenuItem {
  label: string;
  /** What it would act on, in smaller type. */
  detail?: string;
  run(): void;
}

const MARGIN_PX = 6;

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

export class Menu {
  readonly #box = element('div', { class: 'menu', role: 'menu', hidden: '' });
  #buttons: HTMLButtonElement[] = [];
  /** What had the focus before. */
  #before: Element | null = null;

  constructor() {
    document.body.append(this.#box);
    this.#box.addEventListener('keydown', (event) => this.#key(event));
    document.addEventListener('pointerdown', ({ target }) => {
      if (target instanceof Node && !this.#box.contains(target)) this.hide();
    });
    window.addEventListener('blur', () => this.hide());
  }

  get open(): boolean {
    return !this.#box.hidden;
  }

  /** At a point of the viewport, px. */
  show(title: string, items: readonly MenuItem[], at: { x: number; y: number }): void {
    this.#before = document.activeElement;
    this.#buttons = items.map((item) => {
      const button = itemElement(item);
      button.addEventListener('click', () => {
        this.hide();
        item.run();
      });
      return button;
    });
    this.#box.setAttribute('aria-label', title);
    this.#box.replaceChildren(element('strong', { role: 'presentation' }, title), ...this.#buttons);
    this.#box.hidden = false;
    this.#place(at);
    this.#buttons[0]?.focus();
  }

  hide(): void {
    if (!this.open) return;
    const hadFocus = this.#box.contains(document.activeElement);
    this.#box.hidden = true;
    if (hadFocus && (this.#before instanceof HTMLElement || this.#before instanceof SVGElement)) {
      this.#before.focus();
    }
  }

  #place({ x, y }: { x: number; y: number }): void {
    const inside = (at: number, size: number, room: number) =>
      `${Math.max(MARGIN_PX, Math.min(at, room - size - MARGIN_PX))}px`;
    this.#box.style.left = inside(x, this.#box.offsetWidth, window.innerWidth);
    this.#box.style.top = inside(y, this.#box.offsetHeight, window.innerHeight);
  }

  #key(event: KeyboardEvent): void {
    event.stopPropagation();
    const at = this.#buttons.findIndex((button) => button === document.activeElement);
    const next = neighbour(event.key, at, this.#buttons.length);
    if (next !== undefined) {
      event.preventDefault();
      this.#buttons[next]!.focus();
    } else if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      this.hide();
    }
  }
}
