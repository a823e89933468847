// The profile that a report carries, and what it says of itself.
import type { ReportPayload } from '../../../src/query/report-html.ts';
import { formatCount, formatDuration } from '../format.ts';

export type { ReportPayload };

/** The element that encodeReport fills. Throws where the file is the bare template. */
export function readPayload(element: HTMLElement): ReportPayload {
  const text = element.textContent.trim();
  if (text === '') throw new Error('this file is the template of a report: it has no profile in it');
  return JSON.parse(text) as ReportPayload;
}

/** Facts for the first line, each with its longer form. */
export interface ReportFact {
  text: string;
  title: string;
}

export function reportFacts({ flamegraph, host, query }: ReportPayload): ReportFact[] {
  const { fromMs, untilMs, periodNs, totalCount } = flamegraph;
  const facts: ReportFact[] = [];
  if (host !== undefined && host !== '') facts.push({ text: host, title: 'Host' });
  facts.push({ text: windowText(fromMs, untilMs), title: localText(fromMs, untilMs) });
  if (query !== undefined && query !== '') facts.push({ text: query, title: 'Only samples that match' });
  if (periodNs > 0) {
    facts.push({ text: `${Number((1e9 / periodNs).toFixed(1))} Hz`, title: 'Samples per second and CPU' });
  }
  facts.push({ text: `${formatCount(totalCount)} samples`, title: 'Samples of the window' });
  return facts;
}

/** CPUs busy on average, CPU time and length of the window. */
export function totalsText({ flamegraph }: ReportPayload): string {
  const { fromMs, untilMs, total } = flamegraph;
  if (flamegraph.totalCount === 0) return 'No samples in this window.';
  const windowNs = (untilMs - fromMs) * 1e6;
  return (
    `${(total / windowNs).toFixed(2)} CPUs busy on average · ${formatDuration(total)} of CPU time ` +
    `in ${formatDuration(windowNs)}`
  );
}

/** In UTC: a report is read elsewhere. The date is written once where both ends share it. */
function windowText(fromMs: number, untilMs: number): string {
  const [from, until] = [isoSeconds(fromMs), isoSeconds(untilMs)];
  const sameDay = from.slice(0, 10) === until.slice(0, 10);
  return `${from} – ${sameDay ? until.slice(11) : until} UTC`;
}

function isoSeconds(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, '');
}

function localText(fromMs: number, untilMs: number): string {
  const local = (ms: number) => new Date(ms).toLocaleString('en-GB', { timeZoneName: 'short' });
  return `Here: ${local(fromMs)} – ${local(untilMs)}`;
}
