// What the tooltip says of a frame of a comparison: each figure before, after, and what became of it.
import { element } from '../dom.ts';
import { formatCount, formatShare } from '../format.ts';
import { CLASS_NAMES, placeLine } from '../tooltip.ts';
import { formatChange, formatCpus, formatFactor, formatPoints } from './diff-format.ts';
import type { DiffNode, Presence } from './diff-tree.ts';

const VERDICTS: Readonly<Record<Presence, string>> = {
  both: '',
  before: 'Only before',
  after: 'Only after',
  neither: 'No samples on either side',
};

function row(label: string, before: string, after: string, change: string): HTMLElement {
  const cells = [before, after, change].map((text) => element('td', {}, text));
  return element('tr', {}, element('th', { scope: 'row' }, label), ...cells);
}

function heading(): HTMLElement {
  const cells = ['', 'Before', 'After', 'Change'].map((text) => element('th', { scope: 'col' }, text));
  return element('thead', {}, element('tr', {}, ...cells));
}

export function diffContent(node: DiffNode): HTMLElement[] {
  const { name, object, frameClass, left, right, presence } = node;
  const shares = (label: string, before: number, after: number) =>
    row(label, formatShare(before), formatShare(after), `${formatPoints(after - before)} points`);
  const cpus = formatChange(right.rate - left.rate, 'core-seconds');
  const body = element(
    'tbody',
    {},
    shares('Total', left.share, right.share),
    shares('Self', left.selfShare, right.selfShare),
    row('CPUs', formatCpus(left.rate), formatCpus(right.rate), cpus),
    row('Samples', formatCount(left.count), formatCount(right.count), ''),
  );
  const note = VERDICTS[presence] || factorNote(left.share, right.share);
  return [
    element('strong', {}, name),
    element('span', { class: 'object' }, object === '' ? CLASS_NAMES[frameClass] : object),
    ...placeLine(node),
    element('table', { class: 'diff-figures' }, heading(), body),
    element('span', { class: `diff-note ${presence}` }, note),
  ];
}

function factorNote(before: number, after: number): string {
  const factor = formatFactor(before, after);
  return factor === undefined ? '' : `${factor} of its share before`;
}
