// A box that a button opens below itself (above, where there is no room) and that Escape, a click elsewhere or leaving it by Tab closes.

export interface Popover {
  readonly open: boolean;
  show(): void;
  hide(): void;
}

const MARGIN_PX = 8;
/** Between button and box. */
const GAP_PX = 6;

/** `onShow` runs before the box is seen; what it should focus is its own business. */
export function createPopover(button: HTMLElement, box: HTMLElement, onShow: () => void): Popover {
  button.setAttribute('aria-expanded', 'false');
  button.setAttribute('aria-haspopup', 'dialog');
  if (box.id !== '') button.setAttribute('aria-controls', box.id);

  const place = () => {
    const { left, top, bottom } = button.getBoundingClientRect();
    const { clientHeight } = document.documentElement;
    const below = clientHeight - bottom - GAP_PX;
    const fits = box.offsetHeight <= below - MARGIN_PX || top < below;
    const furthest = document.documentElement.clientWidth - box.offsetWidth - MARGIN_PX;
    box.style.left = `${Math.max(MARGIN_PX, Math.min(left, furthest))}px`;
    // What grows while it is open grows away from its button.
    box.style.top = fits ? `${bottom + GAP_PX}px` : 'auto';
    box.style.bottom = fits ? 'auto' : `${clientHeight - top + GAP_PX}px`;
  };
  const hide = () => {
    if (box.hidden) return;
    const hadFocus = box.contains(document.activeElement);
    box.hidden = true;
    button.setAttribute('aria-expanded', 'false');
    if (hadFocus) button.focus();
  };
  const show = () => {
    box.hidden = false;
    button.setAttribute('aria-expanded', 'true');
    place();
    onShow();
    place();
  };

  button.addEventListener('click', () => (box.hidden ? show() : hide()));
  const closeByEscape = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || box.hidden) return;
    event.preventDefault();
    event.stopPropagation();
    hide();
  };
  // A box with nothing to focus leaves the focus on its button.
  for (const part of [box, button]) part.addEventListener('keydown', closeByEscape);
  document.addEventListener('pointerdown', (event) => {
    if (!(event.target instanceof Node) || box.contains(event.target) || button.contains(event.target))
      return;
    hide();
  });
  box.addEventListener('focusout', ({ relatedTarget }) => {
    // Focus that goes nowhere (a button that was redrawn) does not leave the box.
    if (relatedTarget instanceof Node && !box.contains(relatedTarget) && relatedTarget !== button) hide();
  });
  window.addEventListener('resize', () => !box.hidden && place());

  return {
    get open() {
      return !box.hidden;
    },
    show,
    hide,
  };
}
