// Draws the always-visible line and the host's name.
import type { StatusBody } from './api.ts';
import { byId, element } from './dom.ts';
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

/** Undefined: the server does not answer. */
export function renderStatus(status: StatusBody | undefined): void {
  const unreachable: Fact = {
    label: 'Server',
    value: 'not reachable',
    tone: 'bad',
    title: 'The page tries again every few seconds',
  };
  const facts = status === undefined ? [unreachable] : statusFacts(status);
  byId('status', HTMLElement).replaceChildren(...facts.map(item));
  if (status?.host === undefined) return;
  const host = byId('host', HTMLElement);
  host.hidden = false;
  host.textContent = status.host.name;
  host.title = `${status.host.kernel}, ${status.host.cpus} CPUs`;
  document.title = `${status.host.name} · Pilotlight`;
}
