// Choosing the window: by name, or by its two times.
import { serverNow } from './connection.ts';
import { byId } from './dom.ts';
import type { Popover } from './popover.ts';
import { createPopover } from './popover.ts';
import { segments } from './segments.ts';
import { resolveSpan } from './time/overview.ts';
import { PRESETS, presetLabel } from './time/presets.ts';
import { compactUtc, localText, utcLabel, windowLabel, zoneLabel } from './time/time-label.ts';
import type { TimeSpan } from './time/time-span.ts';
import { isRelative, readTyped, resolveTime } from './time/time-text.ts';
import type { ViewState } from './view-state.ts';

/** `Europe/Berlin · 13:02 – 13:07 UTC`; where the browser is in UTC, that it is. */
function zoneAndUtc({ fromMs, untilMs }: TimeSpan): string {
  const zone = zoneLabel(fromMs);
  return zone === 'UTC' ? zone : `${zone.split(',')[0]!} · ${compactUtc(fromMs, untilMs)}`;
}

/** A time of the address as it is put into a field: what follows the clock stays as it is. */
function fieldText(text: string): string {
  const ms = resolveTime(text, serverNow());
  return isRelative(text) || ms === undefined ? text : localText(ms);
}

export interface WindowHost {
  change(change: Partial<ViewState>): void;
  state(): ViewState;
}

/** Another window has another range around it, and another tree in it. */
const ELSEWHERE = { rangeFrom: '', rangeUntil: '', zoom: '' } as const;

export class WindowControl {
  readonly #host: WindowHost;
  readonly #button = byId('window', HTMLButtonElement);
  readonly #from = byId('window-from', HTMLInputElement);
  readonly #until = byId('window-until', HTMLInputElement);
  readonly #utc = byId('window-utc', HTMLElement);
  readonly #error = byId('window-error', HTMLElement);
  readonly #preset: (value: string) => void;
  readonly #popover: Popover;

  constructor(host: WindowHost) {
    this.#host = host;
    const choices = PRESETS.map(({ from, short, label }) => ({ value: from, label: short, title: label }));
    this.#preset = segments(byId('windows', HTMLElement), choices, (from) =>
      host.change({ from, until: 'now', ...ELSEWHERE }),
    );
    this.#popover = createPopover(this.#button, byId('window-box', HTMLElement), () => this.#open());
    for (const input of [this.#from, this.#until]) input.addEventListener('input', () => this.#preview());
    byId('window-form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
  }

  render(state: ViewState): void {
    const nowMs = serverNow();
    this.#preset(state.until === 'now' ? state.from : '');
    const span = resolveSpan(state, nowMs);
    const named = presetLabel(state.from, state.until);
    const text = byId('window-text', HTMLElement);
    const more = byId('window-text-more', HTMLElement);
    if (span === undefined) {
      text.textContent = `${state.from} – ${state.until}`;
      more.textContent = this.#button.title = '';
      return;
    }
    const label = windowLabel(span.fromMs, span.untilMs, nowMs);
    text.textContent = named ?? label;
    more.textContent = named === undefined ? zoneAndUtc(span) : label;
    this.#button.title = `${label}, ${zoneLabel(span.fromMs)}\n${utcLabel(span.fromMs, span.untilMs)}`;
  }

  #open(): void {
    const { from, until } = this.#host.state();
    this.#from.value = fieldText(from);
    this.#until.value = fieldText(until);
    byId('window-zone', HTMLElement).textContent = zoneLabel(serverNow());
    this.#preview();
    this.#from.focus();
    this.#from.select();
  }

  /** The two fields; `span` is undefined where they make no window. */
  #typed(): { from: string | undefined; until: string | undefined; span: TimeSpan | undefined } {
    const nowMs = serverNow();
    const [from, until] = [readTyped(this.#from.value, nowMs), readTyped(this.#until.value, nowMs)];
    const span = from === undefined || until === undefined ? undefined : resolveSpan({ from, until }, nowMs);
    return { from, until, span };
  }

  /** The two fields in UTC, while they are typed. */
  #preview(): void {
    const { from, until, span } = this.#typed();
    this.#from.setAttribute('aria-invalid', String(from === undefined));
    this.#until.setAttribute('aria-invalid', String(until === undefined));
    this.#utc.textContent = span === undefined ? '' : utcLabel(span.fromMs, span.untilMs);
    this.#error.hidden = true;
  }

  #submit(): void {
    const { from, until, span } = this.#typed();
    this.#error.hidden = span !== undefined;
    if (from === undefined || until === undefined || span === undefined) {
      const bad = from === undefined ? this.#from : until === undefined ? this.#until : undefined;
      this.#error.textContent =
        bad === undefined
          ? 'The window must end after it begins.'
          : `${JSON.stringify(bad.value)} is not a time.`;
      return bad?.focus();
    }
    this.#popover.hide();
    this.#host.change({ from, until, ...ELSEWHERE });
  }
}
