// Choosing the window: by name, or by its two times.
import { serverNow } from './connection.ts';
import { byId } from './dom.ts';
import { createPopover } from './popover.ts';
import { segments } from './segments.ts';
import { resolveSpan } from './time/overview.ts';
import { PRESETS, presetLabel } from './time/presets.ts';
import { compactUtc, localText, utcLabel, windowLabel, zoneLabel } from './time/time-label.ts';
import { isRelative, readTyped, resolveTime } from './time/time-text.ts';
import type { TimeSpan } from './time/time-span.ts';
import type { ViewState } from './view-state.ts';

export interface WindowControl {
  render(state: ViewState): void;
}

/** `Europe/Berlin · 13:02 – 13:07 UTC`; where the browser is in UTC, that it is. */
function zoneAndUtc({ fromMs, untilMs }: TimeSpan): string {
  const zone = zoneLabel(fromMs);
  return zone === 'UTC' ? zone : `${zone.split(',')[0]!} · ${compactUtc(fromMs, untilMs)}`;
}

export function createWindowControl(
  change: (change: Partial<ViewState>) => void,
  stateOf: () => ViewState,
): WindowControl {
  const button = byId('window', HTMLButtonElement);
  const [from, until] = [byId('window-from', HTMLInputElement), byId('window-until', HTMLInputElement)];
  const utc = byId('window-utc', HTMLElement);
  const error = byId('window-error', HTMLElement);
  const elsewhere = { rangeFrom: '', rangeUntil: '', zoom: '' };
  const choices = PRESETS.map(({ from: value, short, label }) => ({ value, label: short, title: label }));
  const preset = segments(byId('windows', HTMLElement), choices, (value) =>
    change({ from: value, until: 'now', ...elsewhere }),
  );

  const typed = () => ({
    from: readTyped(from.value, serverNow()),
    until: readTyped(until.value, serverNow()),
  });
  /** The two fields in UTC, while they are typed. */
  const preview = () => {
    const { from: start, until: end } = typed();
    from.setAttribute('aria-invalid', String(start === undefined));
    until.setAttribute('aria-invalid', String(end === undefined));
    const span =
      start === undefined || end === undefined
        ? undefined
        : resolveSpan({ from: start, until: end }, serverNow());
    utc.textContent = span === undefined ? '' : utcLabel(span.fromMs, span.untilMs);
    error.hidden = true;
  };
  const fieldText = (text: string) => {
    const ms = resolveTime(text, serverNow());
    return isRelative(text) || ms === undefined ? text : localText(ms);
  };
  const popover = createPopover(button, byId('window-box', HTMLElement), () => {
    from.value = fieldText(stateOf().from);
    until.value = fieldText(stateOf().until);
    byId('window-zone', HTMLElement).textContent = zoneLabel(serverNow());
    preview();
    from.focus();
    from.select();
  });
  for (const input of [from, until]) input.addEventListener('input', preview);
  byId('window-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    const { from: start, until: end } = typed();
    const bad = start === undefined ? from : end === undefined ? until : undefined;
    const span =
      start === undefined || end === undefined
        ? undefined
        : resolveSpan({ from: start, until: end }, serverNow());
    error.hidden = span !== undefined;
    if (start === undefined || end === undefined || span === undefined) {
      error.textContent =
        bad === undefined
          ? 'The window must end after it begins.'
          : `${JSON.stringify(bad.value)} is not a time.`;
      return bad?.focus();
    }
    popover.hide();
    change({ from: start, until: end, ...elsewhere });
  });

  return {
    render(state) {
      preset(state.until === 'now' ? state.from : '');
      const span = resolveSpan(state, serverNow());
      const named = presetLabel(state.from, state.until);
      const label =
        span === undefined
          ? `${state.from} – ${state.until}`
          : windowLabel(span.fromMs, span.untilMs, serverNow());
      byId('window-text', HTMLElement).textContent = named ?? label;
      byId('window-text-more', HTMLElement).textContent =
        span === undefined ? '' : named === undefined ? zoneAndUtc(span) : label;
      button.title =
        span === undefined
          ? label
          : `${label}, ${zoneLabel(span.fromMs)}\n${utcLabel(span.fromMs, span.untilMs)}`;
    },
  };
}
