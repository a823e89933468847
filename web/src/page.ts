// The page: one state, in the address; the parts that show it; who of them is asked when it changes.
import type { StatusBody } from './api.ts';
import { ask } from './api.ts';
import type { CompareBar } from './compare-bar.ts';
import { createCompareBar } from './compare-bar.ts';
import { CompareSection } from './compare-section.ts';
import { connectionLost, onConnection, serverNow } from './connection.ts';
import { byId } from './dom.ts';
import { ExploreSection } from './explore-section.ts';
import { createExportMenu } from './export-menu.ts';
import { FilterField } from './filter/filter-field.ts';
import { HeatSection } from './heat/heat-section.ts';
import { Menu } from './menu.ts';
import { showNotice } from './notice.ts';
import type { SectionHost } from './section-host.ts';
import type { Command } from './shortcuts.ts';
import { enableShortcuts } from './shortcuts.ts';
import { StatusLine } from './status-line.ts';
import { applyTheme, onSystemChange, schemeOf, toggled } from './theme.ts';
import { baseTexts, overviewSpan, resolveSpan } from './time/overview.ts';
import { windowLabel } from './time/time-label.ts';
import { TimelineSection } from './timeline/timeline-section.ts';
import { createToolbar } from './toolbar.ts';
import { createTooltip } from './tooltip.ts';
import type { Panes, ViewState } from './view-state.ts';
import { followsNow, formatState, parseState, sameData } from './view-state.ts';
import { WindowControl } from './window-control.ts';

const NEXT_PANES: Readonly<Record<Panes, Panes>> = { flame: 'both', both: 'table', table: 'flame' };

/** From the connection's return to asking for everything again. */
const RECOVERY_MS = 1000;

export class Page {
  #state: ViewState = parseState(location.search);
  #status: StatusBody | undefined;
  /** Set while everything is about to be asked for again. */
  #recovery: ReturnType<typeof setTimeout> | undefined;
  /** The last state that each mode was shown in; undefined where it was not yet. */
  readonly #shown: Record<ViewState['mode'], ViewState | undefined> = {
    explore: undefined,
    compare: undefined,
  };
  readonly #statusLine = new StatusLine();
  readonly #tooltip = createTooltip();
  readonly #menu = new Menu();
  readonly #host: SectionHost = {
    change: (change, replace) => this.change(change, replace),
    scheme: () => schemeOf(this.#state.theme),
    badFilter: (message) => this.#filter.error(message),
    answered: () => this.#answered(),
    retry: () => void this.refresh(),
    tooltip: this.#tooltip,
    menu: this.#menu,
  };
  readonly #explore = new ExploreSection(this.#state, this.#host);
  readonly #compare = new CompareSection(this.#state, this.#host);
  readonly #heat = new HeatSection(this.#state, this.#host);
  readonly #stateOf = () => this.#state;
  readonly #change = (change: Partial<ViewState>) => this.change(change);
  readonly #bar: CompareBar = createCompareBar(this.#change, this.#stateOf, () =>
    this.#timeline.apply(this.#state),
  );
  readonly #timeline: TimelineSection = new TimelineSection(this.#state, {
    ...this.#host,
    activeSide: () => (this.#state.mode === 'compare' ? this.#bar.side : 'b'),
    drawn: (side) => (this.#bar.side = side === 'a' ? 'b' : 'a'),
  });
  readonly #filter = new FilterField({ change: this.#change, state: this.#stateOf });
  readonly #window = new WindowControl({ change: this.#change, state: this.#stateOf });
  readonly #export = createExportMenu();
  readonly #toolbar = createToolbar({
    change: (change, replace) => this.change(change, replace),
    reset: () => this.change({ zoom: '', root: '' }),
    toggleTheme: () => this.#command('theme'),
  });

  /** The first drawing. */
  start(): void {
    applyTheme(this.#state.theme);
    enableShortcuts({ escape: () => this.#escape(), command: (command) => this.#command(command) });
    window.addEventListener('popstate', () => this.#apply(parseState(location.search)));
    onSystemChange(() => this.#recolour());
    onConnection((lostSinceMs) => this.#connection(lostSinceMs));
    showNotice({ title: 'Loading', text: 'Asking for the window…', tone: 'wait' });
    this.#apply(this.#state);
  }

  /** Makes a change visible: in the address, on the page. */
  change(change: Partial<ViewState>, replace = false): void {
    const next = { ...this.#state, ...change };
    const address = `${location.pathname}${formatState(next)}`;
    if (address !== `${location.pathname}${location.search}`) {
      if (replace) history.replaceState(null, '', address);
      else history.pushState(null, '', address);
    }
    this.#apply(next);
  }

  /** Whether looking again now could show something new, and nobody is in the middle of reading. */
  get wantsRefresh(): boolean {
    const reading = this.#tooltip.visible || this.#menu.open || this.#timeline.busy;
    const busy = this.#explore.busy || this.#compare.busy || this.#heat.busy;
    return this.#state.live && followsNow(this.#state) && !reading && !busy;
  }

  /** Asks again for everything that is shown. */
  async refresh(): Promise<void> {
    const section = this.#state.mode === 'compare' ? this.#compare.load() : this.#explore.refresh();
    await Promise.all([section, this.#timeline.load(true), this.#heat.load()]);
  }

  async loadStatus(): Promise<void> {
    const status = await ask<StatusBody>('/api/v1/status').catch(() => undefined);
    this.#status = status ?? this.#status;
    this.#statusLine.render(this.#status, connectionLost());
    if (status === undefined) return;
    this.#explore.setStatus(status);
    this.#timeline.setStatus(status);
  }

  #apply(next: ViewState): void {
    const before = this.#state;
    this.#state = next;
    if (!sameData('table', before, next)) this.#filter.error('');
    this.#toolbar.render(next);
    this.#filter.render(next);
    this.#window.render(next);
    this.#bar.render(next);
    this.#renderLinks();
    if (next.theme !== before.theme) this.#recolour();
    // What the window shows is asked for first: on a small host each answer slows the others down.
    this.#applySection(next);
    this.#timeline.apply(next);
    this.#heat.apply(next);
  }

  /** The mode's own part of the page; what the other one shows waits until it is seen again. */
  #applySection(next: ViewState): void {
    const last = this.#shown[next.mode];
    this.#shown[next.mode] = next;
    // Both share the notice's place: a mode that comes back asks again, and so says again what it has to say.
    const other = next.mode === 'compare' ? 'explore' : 'compare';
    const before = this.#shown[other] === undefined ? last : undefined;
    this.#shown[other] = undefined;
    if (next.mode === 'compare') this.#compare.apply(next, before);
    else this.#explore.apply(next, before);
  }

  #answered(): void {
    this.#filter.error('');
    this.#renderLinks();
    this.#window.render(this.#state);
    this.#bar.render(this.#state);
    this.#noteConnection();
    // The line at the bottom waits for the first picture, for the same reason.
    if (this.#status === undefined && this.#shownWindow !== undefined) void this.loadStatus();
  }

  /** The window that is drawn; undefined before the first answer. */
  get #shownWindow(): { fromMs: number; untilMs: number } | undefined {
    return this.#state.mode === 'compare' ? this.#compare.shown?.right : this.#explore.shown;
  }

  /** Downloads and links hold what is drawn, not what the clock has made of it since. */
  #renderLinks(): void {
    const nowMs = serverNow();
    const { mode } = this.#state;
    const asked = resolveSpan(this.#state, nowMs);
    const window = followsNow(this.#state) ? (this.#shownWindow ?? asked) : asked;
    if (window === undefined) return;
    const { fromMs, untilMs } = window;
    const texts = mode === 'compare' ? baseTexts(this.#state, nowMs) : undefined;
    const base = texts === undefined ? undefined : resolveSpan(texts, nowMs);
    const range = overviewSpan(this.#state, nowMs);
    this.#export.render(this.#state, { window: { fromMs, untilMs }, range, base });
  }

  #connection(lostSinceMs: number | undefined): void {
    this.#statusLine.render(this.#status, lostSinceMs);
    this.#noteConnection();
    if (lostSinceMs !== undefined) return;
    // Where one request fails and the next does not, each failure is followed by a recovery: not at once by another try.
    this.#recovery ??= setTimeout(() => {
      this.#recovery = undefined;
      void this.refresh();
    }, RECOVERY_MS);
  }

  /** While nothing answers, the last picture says of when it is. */
  #noteConnection(): void {
    const note = byId('connection', HTMLElement);
    const shown = this.#shownWindow;
    note.hidden = connectionLost() === undefined || shown === undefined;
    if (note.hidden || shown === undefined) return;
    const label = windowLabel(shown.fromMs, shown.untilMs, serverNow());
    note.textContent = `The connection is lost. This is the last picture, of ${label}; the page tries again by itself.`;
  }

  #escape(): void {
    const { zoom, root, search, pick } = this.#state;
    if (zoom !== '' || root !== '' || search !== '' || pick !== '') {
      this.change({ zoom: '', root: '', search: '', pick: '' });
    } else this.#timeline.clear();
  }

  #command(command: Command): void {
    const { live, heat, panes, view, mode, theme } = this.#state;
    switch (command) {
      case 'live':
        return this.change({ live: !live });
      case 'heat':
        return this.change({ heat: !heat });
      case 'table':
        return this.change({ panes: NEXT_PANES[panes] });
      case 'turn':
        return this.change({ view: view === 'icicle' ? 'flame' : 'icicle' });
      case 'compare':
        return this.change({ mode: mode === 'compare' ? 'explore' : 'compare', zoom: '', root: '' });
      case 'theme':
        return this.change({ theme: toggled(theme) }, true);
    }
  }

  #recolour(): void {
    applyTheme(this.#state.theme);
    this.#timeline.recolour();
    this.#heat.recolour();
    if (this.#state.mode === 'compare') this.#compare.recolour();
    else this.#explore.recolour();
  }
}
