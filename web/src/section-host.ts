// What the parts of the page may ask of the page.
import type { Menu } from './menu.ts';
import type { Scheme } from './palette.ts';
import type { Tooltip } from './tooltip.ts';
import type { ViewState } from './view-state.ts';

export interface SectionHost {
  /** `replace`: without a step in the browser's history. */
  change(change: Partial<ViewState>, replace?: boolean): void;
  scheme(): Scheme;
  /** The selector was found to be malformed. */
  badFilter(message: string): void;
  /** An answer is shown. */
  answered(): void;
  /** Asks anew for everything. */
  retry(): void;
  readonly tooltip: Tooltip;
  readonly menu: Menu;
}
