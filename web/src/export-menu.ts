// The box of downloads and the things to copy. Every address and command can be read before it is used.
import { filtersOf } from '../../src/model/stack-filters.ts';
import { byId } from './dom.ts';
import { createPopover } from './popover.ts';
import type { ProfileFormat, ShownTimes, ShownWindow } from './pprof-links.ts';
import { baseShown, permalink, pprofCommand, profilePath } from './pprof-links.ts';
import type { ViewState } from './view-state.ts';

const FORMATS: readonly ProfileFormat[] = ['pprof', 'folded', 'speedscope', 'html'];
const COPIED_MS = 1500;

export interface ExportMenu {
  render(state: ViewState, times: ShownTimes): void;
}

/** Copies and says so; where the browser refuses, the text is shown to be copied by hand. */
function copyFrom(button: HTMLButtonElement, text: () => string): void {
  const label = button.textContent;
  button.addEventListener('click', () => {
    navigator.clipboard.writeText(text()).then(
      () => {
        button.textContent = 'Copied';
        setTimeout(() => (button.textContent = label), COPIED_MS);
      },
      () => window.prompt('Copy this:', text()),
    );
  });
}

export function createExportMenu(): ExportMenu {
  const command = byId('pprof-command', HTMLElement);
  const link = byId('copy-link', HTMLButtonElement);
  let address = location.href;
  createPopover(byId('export', HTMLButtonElement), byId('export-box', HTMLElement), () => undefined);
  copyFrom(byId('copy', HTMLButtonElement), () => command.textContent);
  copyFrom(link, () => address);

  return {
    render(state, times) {
      address = permalink(location.origin, state, times);
      link.title = address;
      const shown: ShownWindow = { ...times.window, query: state.query, filters: filtersOf(state) };
      const base = times.base === undefined ? undefined : baseShown(state, times.base);
      command.textContent = pprofCommand(location.origin, shown, base);
      for (const format of FORMATS)
        byId(`download-${format}`, HTMLAnchorElement).href = profilePath(shown, format);
      const both = byId('download-base', HTMLAnchorElement);
      both.hidden = base === undefined;
      if (base !== undefined) both.href = profilePath(base);
    },
  };
}
