// What stands in the graph's place when there is nothing to draw.
import { byId, element } from './dom.ts';

export interface Notice {
  title: string;
  text: string;
  tone: 'empty' | 'error' | 'wait';
  retry?: () => void;
}

export function showNotice({ title, text, tone, retry }: Notice): void {
  const box = byId('notice', HTMLElement);
  box.className = `notice ${tone}`;
  box.replaceChildren(element('h2', {}, title), element('p', {}, text));
  if (retry !== undefined) {
    const button = element('button', { type: 'button', class: 'button' }, 'Try again');
    button.addEventListener('click', retry);
    box.append(button);
  }
  box.hidden = false;
}

export function hideNotice(): void {
  byId('notice', HTMLElement).hidden = true;
}
