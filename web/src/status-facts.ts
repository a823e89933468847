// The always-visible line, as data: how far the numbers above it can be trusted, and what they cost.
import type { CoverageLevel } from '../../src/model/coverage.ts';
import { COVERAGE_LEVELS } from '../../src/model/coverage.ts';
import type { StatusBody } from './api.ts';
import { formatBytes, formatCount, formatShare } from './format.ts';

export type Tone = 'good' | 'warn' | 'bad' | 'plain';

export interface Fact {
  label: string;
  value: string;
  tone: Tone;
  /** The longer story, shown on hover. */
  title: string;
  /** Set where a click tells more than fits a line. */
  opens?: 'coverage';
}

/** More lost or unnamed than this is worth a colour. */
const LOST_WARN = 0.01;
const UNNAMED_WARN = 0.2;

function rate({ rate: r }: StatusBody): Fact | undefined {
  if (r === undefined) return undefined;
  const lowered = r.inForceHz < r.configuredHz;
  const hz = (n: number) => `${Number(n.toFixed(1))} Hz`;
  return {
    label: 'Rate',
    value: hz(r.inForceHz),
    tone: lowered ? 'warn' : 'plain',
    title: lowered
      ? `${hz(r.configuredHz)} were asked for; ${r.reason ?? 'lowered'}`
      : 'Samples per second and CPU',
  };
}

function overhead({ overhead: o }: StatusBody): Fact | undefined {
  if (o === undefined) return undefined;
  const percent = o.samplerCpuPercent + o.serviceCpuPercent + (o.bpfCpuPercent ?? 0);
  const perSample =
    o.bpfNsPerSample === null ? '' : `, ${(o.bpfNsPerSample / 1000).toFixed(1)} µs of BPF per sample`;
  return {
    label: 'Overhead',
    value: `${percent.toFixed(2)} % of a CPU`,
    tone: 'plain',
    title:
      `sampler ${o.samplerCpuPercent.toFixed(2)} %, service ${o.serviceCpuPercent.toFixed(2)} %` +
      `${perSample}, ${formatBytes(o.rssBytes)} resident`,
  };
}

/** Of the ticks that found a CPU busy: those that did not become a sample. */
function lost({ conservation }: StatusBody): Fact | undefined {
  if (conservation === undefined) return undefined;
  const byName = new Map<string, number>();
  let busy = 0;
  for (const { samples, pending, losses } of conservation.perCpu) {
    busy += samples + pending;
    for (const [name, n] of Object.entries(losses)) byName.set(name, (byName.get(name) ?? 0) + n);
  }
  const total = [...byName.values()].reduce((a, b) => a + b, 0);
  const share = total === 0 ? 0 : total / (busy + total);
  const named = [...byName].filter(([, n]) => n > 0).map(([name, n]) => `${name} ${formatCount(n)}`);
  return {
    label: 'Lost',
    value: formatShare(share),
    tone: share > LOST_WARN ? 'warn' : 'plain',
    title: named.length === 0 ? 'No sample was lost' : named.join(', '),
  };
}

/** The page's names of `COVERAGE_LEVELS`. */
export const LEVEL_NAMES: Readonly<Record<CoverageLevel, string>> = {
  line: 'line',
  function: 'function only',
  object: 'object only',
  nothing: 'nothing',
};

function unnamed({ coverage }: StatusBody): Fact | undefined {
  if (coverage?.namedShare == null) return undefined;
  const share = 1 - coverage.namedShare;
  const { shares } = coverage;
  const known = COVERAGE_LEVELS.map(
    (level) => `${LEVEL_NAMES[level]} ${formatShare(shares?.[level] ?? 0)}`,
  ).join(', ');
  return {
    label: 'Unnamed',
    value: formatShare(share),
    tone: share > UNNAMED_WARN ? 'warn' : 'plain',
    title: `Known of where the samples of the last minutes were taken: ${known}`,
    opens: 'coverage',
  };
}

function closed({ conservation }: StatusBody): Fact | undefined {
  if (conservation === undefined) return undefined;
  const { unaccounted } = conservation;
  return conservation.closed
    ? {
        label: 'Ticks',
        value: 'all accounted for',
        tone: 'good',
        title: 'Every CPU: entries = idle + samples + losses',
      }
    : {
        label: 'Ticks',
        value: `${formatCount(unaccounted)} unaccounted for`,
        tone: 'bad',
        title: 'entries differ from idle + samples + losses',
      };
}

export function statusFacts(status: StatusBody): Fact[] {
  const facts = [rate, overhead, lost, unnamed, closed]
    .map((fact) => fact(status))
    .filter((f) => f !== undefined);
  if (status.sampling) return facts;
  const off: Fact = {
    label: 'Sampler',
    value: 'not running',
    tone: 'warn',
    title: 'Stored profiles are shown; nothing new arrives',
  };
  return [off, ...facts];
}
