// The timeline: asks for the series of its range, draws them, and turns what is done to it into changed state.
import type { SeriesBody, StatusBody } from '../api.ts';
import { ask, failureOf } from '../api.ts';
import { serverNow } from '../connection.ts';
import { byId } from '../dom.ts';
import { Latest } from '../latest.ts';
import { filterItems } from '../filter/filter-items.ts';
import type { Menu } from '../menu.ts';
import type { Scheme } from '../palette.ts';
import { seriesPath } from '../requests.ts';
import { baseTexts, overviewSpan, pinnedRange, resolveSpan } from '../time/overview.ts';
import { presetFor } from '../time/presets.ts';
import { isRelative } from '../time/time-text.ts';
import type { TimeSpan } from '../time/time-span.ts';
import { hull, lengthMs, zoomed } from '../time/time-span.ts';
import type { Tooltip } from '../tooltip.ts';
import type { ViewState } from '../view-state.ts';
import { groupValueName } from '../group-name.ts';
import type { Side } from './brush-motion.ts';
import { Brushes } from './brushes.ts';
import { seriesColours } from './series-colours.ts';
import { binsFor } from './timeline-bins.ts';
import type { TimelineData } from './timeline-data.ts';
import { axisTop, binAt, countsOf, layerMeans, timelineData } from './timeline-data.ts';
import { hoverContent } from './timeline-hover.ts';
import { createTimelineLegend } from './timeline-legend.ts';
import type { TimelinePlot } from './timeline-plot.ts';
import { createTimelinePlot } from './timeline-plot.ts';

export interface TimelineHost {
  change(change: Partial<ViewState>): void;
  scheme(): Scheme;
  /** Which window a drag draws in a comparison. */
  activeSide(): Side;
  /** A window was drawn in a comparison. */
  drawn(side: Side): void;
  readonly tooltip: Tooltip;
  readonly menu: Menu;
}

export class TimelineSection {
  readonly #host: TimelineHost;
  readonly #area = byId('timeline', HTMLElement);
  readonly #plot: TimelinePlot;
  readonly #brushes: Brushes;
  readonly #legend;
  readonly #latest = new Latest();
  #state: ViewState;
  #data: TimelineData | undefined;
  /** The request whose answer is drawn or under way. */
  #asked = '';
  #oldestMs: number | null | undefined;
  #cpus: number | undefined;

  constructor(state: ViewState, host: TimelineHost) {
    this.#state = state;
    this.#host = host;
    this.#plot = createTimelinePlot(this.#area);
    this.#brushes = new Brushes(this.#plot, {
      onSelect: (side, span) => this.#select(side, span),
      onClear: () => this.clear(),
      onReset: () => this.#reset(),
      onZoom: (factor) => this.#zoom(factor),
    });
    this.#legend = createTimelineLegend(byId('layers', HTMLElement), (value, button) => {
      const { left, bottom } = button.getBoundingClientRect();
      const items = filterItems(this.#state, value, (change) => host.change(change));
      if (items.length > 0) host.menu.show(this.#nameOf(value), items, { x: left, y: bottom });
    });
    this.#hover();
    new ResizeObserver(() => {
      this.#plot.resize();
      this.#draw();
    }).observe(this.#area);
  }

  get busy(): boolean {
    return this.#brushes.dragging || this.#latest.busy;
  }

  apply(state: ViewState): void {
    this.#state = state;
    void this.load();
    this.#draw();
  }

  setStatus(status: StatusBody): void {
    this.#oldestMs = status.store?.oldestMs ?? (status.store === undefined ? undefined : null);
    this.#cpus = status.host?.cpus;
    this.#draw();
  }

  /** Asks again where the range, the selector or the grouping is another, or `anew`. */
  async load(anew = false): Promise<void> {
    const span = overviewSpan(this.#state, serverNow());
    if (span === undefined) return;
    const { query, group } = this.#state;
    const bins = binsFor(span);
    const path = seriesPath(bins, query, group);
    if (path === this.#asked && !anew) return;
    this.#asked = path;
    // What nothing was sampled of can only be told from all samples of the host.
    const everything = query === '' ? undefined : seriesPath(bins, '', '');
    await this.#latest.run(
      async (signal) => {
        const [body, host] = await Promise.all([
          ask<SeriesBody>(path, signal),
          everything === undefined ? undefined : ask<SeriesBody>(everything, signal),
        ]);
        return { body, host: host ?? body };
      },
      ({ body, host }) => this.#show(body, host),
      (error) => this.#fail(error),
    );
  }

  recolour(): void {
    this.#draw();
  }

  /** Back from a chosen part of the range to the whole of it. */
  clear(): void {
    const state = this.#state;
    if (!this.hasSelection) return;
    const { rangeFrom: from, rangeUntil: until } = state;
    const pinned = isRelative(from) ? { rangeFrom: '', rangeUntil: '' } : {};
    this.#host.change({ from, until, ...pinned, zoom: '', root: '' });
  }

  /** Whether the window is a part of the range that was chosen by hand. */
  get hasSelection(): boolean {
    const { mode, from, until, rangeFrom, rangeUntil } = this.#state;
    if (mode !== 'explore' || rangeFrom === '' || isRelative(from)) return false;
    return from !== rangeFrom || until !== rangeUntil;
  }

  #show(body: SeriesBody, host: SeriesBody): void {
    const facts = { hostCounts: countsOf(host), oldestMs: this.#oldestMs, nowMs: serverNow() };
    this.#data = timelineData(body, facts);
    byId('timeline-note', HTMLElement).hidden = true;
    this.#draw();
  }

  /** What is wrong with a selector or a time, or that the server is gone, is told elsewhere. */
  #fail(error: unknown): void {
    const failure = failureOf(error);
    this.#asked = '';
    const note = byId('timeline-note', HTMLElement);
    note.hidden = ['bad_selector', 'bad_time', 'unreachable'].includes(failure.code);
    note.textContent = `The timeline cannot be drawn: ${failure.text}`;
  }

  #spans(): { bounds: TimeSpan; window: TimeSpan; base: TimeSpan | undefined } | undefined {
    const nowMs = serverNow();
    const [bounds, window] = [overviewSpan(this.#state, nowMs), resolveSpan(this.#state, nowMs)];
    if (bounds === undefined || window === undefined) return undefined;
    const texts = this.#state.mode === 'compare' ? baseTexts(this.#state, nowMs) : undefined;
    return { bounds, window, base: texts === undefined ? undefined : resolveSpan(texts, nowMs) };
  }

  #draw(): void {
    const spans = this.#spans();
    if (spans === undefined || this.#brushes.dragging) return;
    const { bounds, window, base } = spans;
    const data = this.#data ?? { fromMs: bounds.fromMs, stepMs: 1, layers: [], total: [] };
    const colours = this.#colours(data);
    const top = axisTop(data, this.#cpus, this.#state.scale);
    this.#plot.draw(data, { ...bounds, top, colours });
    this.#brushes.show({ bounds, window, base, active: this.#host.activeSide() });
    const means = layerMeans(data, window.fromMs, window.untilMs);
    const rows = data.layers.map(({ value }, i) => ({
      ...{ value, name: this.#nameOf(value), colour: colours[i]!, cpus: means[i]! },
    }));
    this.#legend.show(rows, 'CPUs busy in the window');
  }

  #colours(data: TimelineData): string[] {
    const values = data.layers.map(({ value }) => value);
    // Without a grouping there is one layer, and it is no rest.
    return seriesColours(this.#state.group === '' ? ['all'] : values, this.#host.scheme());
  }

  #nameOf(value: string): string {
    return groupValueName(this.#state.group, value);
  }

  #select(side: Side, { fromMs, untilMs }: TimeSpan): void {
    const [from, until] = [String(fromMs), String(untilMs)];
    const pinned = pinnedRange(this.#state, serverNow());
    this.#host.drawn(side);
    this.#host.change(
      side === 'a'
        ? { ...pinned, baseFrom: from, baseUntil: until, zoom: '' }
        : { ...pinned, ...this.#heldBase(), from, until, live: false, zoom: '' },
    );
  }

  /** A base that was "right before" the window stays where it was while the window itself is moved. */
  #heldBase(): Partial<ViewState> {
    if (this.#state.mode !== 'compare' || this.#state.baseFrom !== '') return {};
    const base = baseTexts(this.#state, serverNow());
    return base === undefined ? {} : { baseFrom: base.from, baseUntil: base.until };
  }

  #zoom(factor: number): void {
    const spans = this.#spans();
    if (spans === undefined) return;
    const { bounds, window, base } = spans;
    const next = zoomed(bounds, hull(window, ...(base === undefined ? [] : [base])), factor, serverNow());
    this.#host.change({ rangeFrom: String(next.fromMs), rangeUntil: String(next.untilMs) });
  }

  #reset(): void {
    const span = overviewSpan(this.#state, serverNow());
    if (span === undefined || this.#state.mode !== 'explore') return;
    const { from } = presetFor(lengthMs(span));
    this.#host.change({ from, until: 'now', rangeFrom: '', rangeUntil: '', zoom: '', root: '' });
  }

  #hover(): void {
    const { overlay } = this.#plot;
    const { tooltip } = this.#host;
    const line = byId('timeline-cursor', HTMLElement);
    overlay.append(line);
    overlay.addEventListener('pointermove', (event) => {
      const px = event.clientX - overlay.getBoundingClientRect().left;
      const data = this.#data;
      const bin = data === undefined ? undefined : binAt(data, this.#plot.timeAt(px));
      line.hidden = bin === undefined;
      line.style.left = `${px}px`;
      if (data === undefined || bin === undefined) return tooltip.hide();
      const facts = { data, bin, nowMs: serverNow(), colours: this.#colours(data) };
      tooltip.show(event, hoverContent({ ...facts, nameOf: (value) => this.#nameOf(value) }));
    });
    overlay.addEventListener('pointerleave', () => {
      line.hidden = true;
      tooltip.hide();
    });
  }
}
