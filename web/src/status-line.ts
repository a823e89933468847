// Draws the always-visible line and the host's name.
import type { StatusBody } from './api.ts';
import { byId, element } from './dom.ts';
import { formatTime } from './format.ts';
import type { Fact } from './status-facts.ts';
import { statusFacts } from './status-facts.ts';

function item({ label, value, tone, title }: Fact): HTMLElement {
  return element(
    'span',
    { class: `fact ${tone}`, title },
    element('span', { class: 'label' }, label),
    ' ',
    element('b', {}, value),
  );
}

/** The last known state, marked as such while the connection is lost; undefined: none is known yet. */
export function renderStatus(status: StatusBody | undefined, lostSinceMs: number | undefined): void {
  const facts = status === undefined ? [] : statusFacts(status);
  const box = byId('status-facts', HTMLElement);
  box.classList.toggle('stale', lostSinceMs !== undefined);
  box.replaceChildren(...(lostSinceMs === undefined ? [] : [item(lost(lostSinceMs))]), ...facts.map(item));
  if (status?.host !== undefined) renderHost(status.host);
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
