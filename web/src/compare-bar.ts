// The controls of a comparison: which windows, what is compared, whose time the widths tell.
import { serverNow } from './connection.ts';
import { byId, element } from './dom.ts';
import { segments } from './segments.ts';
import { baseTexts, resolveSpan } from './time/overview.ts';
import type { BaseName } from './time/presets.ts';
import { BASES, baseName, baseWindow } from './time/presets.ts';
import { utcLabel, windowLabel } from './time/time-label.ts';
import type { Side } from './timeline/brush-motion.ts';
import type { Normalize, ViewState, Widths } from './view-state.ts';

const NORMALIZE: readonly { value: Normalize; label: string; title: string }[] = [
  { value: 'share', label: 'Share', title: 'Of all CPU time of its own window' },
  { value: 'core-seconds', label: 'CPUs', title: 'CPU seconds per second of the window' },
  { value: 'none', label: 'CPU time', title: 'CPU time as it is, whatever the lengths of the windows' },
];
const WIDTHS: readonly { value: Widths; label: string; title: string }[] = [
  { value: 'before', label: 'Before', title: 'Widths tell the time before' },
  { value: 'both', label: 'Both', title: 'Widths tell the time of both together' },
  { value: 'after', label: 'After', title: 'Widths tell the time after' },
];
const SIDES: readonly { value: Side; label: string; title: string }[] = [
  { value: 'a', label: 'A before', title: 'A drag on the timeline chooses the base' },
  { value: 'b', label: 'B after', title: 'A drag on the timeline chooses the window' },
];

export interface CompareBar {
  render(state: ViewState): void;
  /** Which window a drag on the timeline draws. */
  side: Side;
}

function windowText(output: HTMLElement, texts: { from: string; until: string } | undefined): void {
  const nowMs = serverNow();
  const span = texts === undefined ? undefined : resolveSpan(texts, nowMs);
  output.textContent = span === undefined ? '–' : windowLabel(span.fromMs, span.untilMs, nowMs);
  output.title = span === undefined ? '' : utcLabel(span.fromMs, span.untilMs);
}

export function createCompareBar(
  change: (change: Partial<ViewState>) => void,
  stateOf: () => ViewState,
  onSide: () => void,
): CompareBar {
  const bar = byId('compare-bar', HTMLElement);
  const presets = byId('base-preset', HTMLSelectElement);
  const query = byId('base-query', HTMLInputElement);
  let side: Side = 'a';
  presets.append(
    ...BASES.map(({ name, label }) => element('option', { value: name }, label)),
    element('option', { value: '' }, 'Chosen by hand'),
  );
  const sides = segments(byId('sides', HTMLElement), SIDES, (value) => {
    side = value;
    sides(value);
    onSide();
  });
  const normalize = segments(byId('normalize', HTMLElement), NORMALIZE, (value) =>
    change({ normalize: value }),
  );
  const widths = segments(byId('widths', HTMLElement), WIDTHS, (value) => change({ widths: value }));

  presets.addEventListener('change', () => {
    const window = resolveSpan(stateOf(), serverNow());
    if (window === undefined || presets.value === '') return;
    // Right before is what a comparison begins with: it needs no place in the address and follows the window.
    if (presets.value === 'before') return change({ baseFrom: '', baseUntil: '', zoom: '' });
    const base = baseWindow(presets.value as BaseName, stateOf(), window);
    change({ baseFrom: base.from, baseUntil: base.until, zoom: '' });
  });
  byId('base-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    change({ baseQuery: query.value.trim(), zoom: '' });
  });

  return {
    render(state) {
      bar.hidden = state.mode !== 'compare';
      if (bar.hidden) return;
      const window = resolveSpan(state, serverNow());
      const base = baseTexts(state, serverNow());
      const name = base === undefined || window === undefined ? undefined : baseName(base, state, window);
      presets.value = name ?? '';
      windowText(byId('base-window', HTMLElement), base);
      windowText(byId('after-window', HTMLElement), state);
      if (document.activeElement !== query) query.value = state.baseQuery;
      query.placeholder = state.query === '' ? 'everything, like B' : `like B: ${state.query}`;
      sides(side);
      normalize(state.normalize);
      widths(state.widths);
    },
    get side() {
      return side;
    },
    set side(next) {
      side = next;
      sides(next);
    },
  };
}
