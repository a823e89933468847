// Draws the always-visible line and the host's name.
import type { StatusBody } from './api.ts';
import { CoverageBox } from './naming/coverage-box.ts';
import { byId, element } from './dom.ts';
import { formatTime } from './format.ts';
import type { Fact } from './status-facts.ts';
import { statusFacts } from './status-facts.ts';

export class StatusLine {
  readonly #box = byId('status-facts', HTMLElement);
  readonly #coverage = new CoverageBox();
  /** By label: a fact stays where it is while its figures change, and keeps the focus. */
  readonly #items = new Map<string, HTMLElement>();

  /** The last known state, marked as such while the connection is lost; undefined: none is known yet. */
  render(status: StatusBody | undefined, lostSinceMs: number | undefined): void {
    const facts = status === undefined ? [] : statusFacts(status);
    if (lostSinceMs !== undefined) facts.unshift(lost(lostSinceMs));
    this.#box.classList.toggle('stale', lostSinceMs !== undefined);
    const items = facts.map((fact) => this.#item(fact));
    const same = items.length === this.#box.children.length;
    if (!same || items.some((item, i) => item !== this.#box.children[i])) this.#box.replaceChildren(...items);
    this.#coverage.render(status?.coverage);
    if (status?.host !== undefined) renderHost(status.host);
  }

  #item({ label, value, tone, title, opens }: Fact): HTMLElement {
    let item = this.#items.get(label);
    if (item === undefined) {
      item = opens === 'coverage' ? this.#coverage.button : element('span', {});
      this.#items.set(label, item);
    }
    item.className = `fact ${tone}`;
    item.title = title;
    item.replaceChildren(element('span', { class: 'label' }, label), ' ', element('b', {}, value));
    return item;
  }
}

function lost(sinceMs: number): Fact {
  return {
    label: 'Server',
    value: `not reachable since ${formatTime(sinceMs, Date.now())}`,
    tone: 'bad',
    title: 'The page tries again every few seconds; figures beside this are the last known',
  };
}

function renderHost({ name, kernel, cpus }: NonNullable<StatusBody['host']>): void {
  const host = byId('host', HTMLElement);
  host.hidden = false;
  host.textContent = name;
  host.title = `${kernel}, ${cpus} CPUs`;
  document.title = `${name} · Pilotlight`;
}
