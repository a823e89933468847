// A row of buttons of which one is pressed.
import { element } from './dom.ts';

export interface Segment<T extends string> {
  value: T;
  label: string;
  title: string;
}

/** Fills the group; gives the function that shows which value is in force. */
export function segments<T extends string>(
  group: HTMLElement,
  choices: readonly Segment<T>[],
  onChoose: (value: T) => void,
): (value: string) => void {
  const buttons = choices.map(({ value, label, title }) => {
    const button = element('button', { type: 'button', title, 'aria-pressed': 'false' }, label);
    button.addEventListener('click', () => onChoose(value));
    return button;
  });
  group.append(...buttons);
  return (value) =>
    choices.forEach((choice, i) => buttons[i]!.setAttribute('aria-pressed', String(choice.value === value)));
}
